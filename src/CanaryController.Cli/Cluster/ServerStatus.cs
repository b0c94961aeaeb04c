using System.Text.Json;

namespace CanaryController.Cli.Cluster;

/// <summary>What a <c>Status</c> object of the API server says: its answer to whatever it does not do.</summary>
/// <param name="Code">The HTTP status; 0 when none is said.</param>
/// <param name="Message">The server's sentence; null when none is said.</param>
/// <param name="Name">The object that it is about; null when it is about none.</param>
internal readonly record struct ServerStatus(int Code, string? Message, string? Name)
{
    /// <summary>Reads one; whatever else the body is says nothing.</summary>
    public static ServerStatus Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            // A proxy's page, or the server's plain "404 page not found". The caller says so by the status.
            return default;
        }
    }

    /// <summary>Reads one that was parsed.</summary>
    public static ServerStatus Read(JsonElement status) => Text(status, "kind") == "Status"
        ? new(
            status.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) ? number : 0,
            Text(status, "message"),
            status.TryGetProperty("details", out var details) ? Text(details, "name") : null)
        : default;

    private static string? Text(JsonElement from, string member) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

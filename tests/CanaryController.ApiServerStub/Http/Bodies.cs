using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Reads what clients send: JSON, or YAML.</summary>
internal static class Bodies
{
    private const int MaxBytes = 3 * 1024 * 1024;

    public static async Task<JsonNode?> ReadAsync(HttpRequest request, CancellationToken stop)
    {
        if (request.ContentType?.Contains("protobuf", StringComparison.Ordinal) == true || request.ContentType?.Contains("cbor", StringComparison.Ordinal) == true)
        {
            throw Refusal.Of(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml");
        }

        using var buffer = new MemoryStream();
        var chunk = new byte[81_920];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, stop)) > 0)
        {
            if (buffer.Length + read > MaxBytes)
            {
                throw Refusal.Of(413, "RequestEntityTooLarge", $"Request entity too large: limit is {MaxBytes}");
            }

            await buffer.WriteAsync(chunk.AsMemory(0, read), stop);
        }

        return Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken stop) =>
        await ReadAsync(request, stop) as JsonObject ?? throw Refusal.BadRequest("the object provided is unrecognized (must be of type object)");

    private static JsonNode? Parse(ReadOnlySpan<byte> bytes)
    {
        var trimmed = bytes.TrimStart(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            return null;
        }

        if (trimmed[0] is not ((byte)'{' or (byte)'['))
        {
            return Yaml.Read(System.Text.Encoding.UTF8.GetString(bytes)).FirstOrDefault();
        }

        try
        {
            var node = JsonNode.Parse(bytes);
            // A key that is there twice is only found when the map is first used: find it here.
            _ = node?.DeepClone();
            return node;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            throw Refusal.BadRequest($"error decoding body: {wrong.Message}");
        }
    }
}

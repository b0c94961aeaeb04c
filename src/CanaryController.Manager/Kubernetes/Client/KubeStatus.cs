using System.Net;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What a <c>Status</c> object of the server says.</summary>
/// <param name="Code">The HTTP status, or the one in the object of a watch's ERROR event; 0 when none is said.</param>
/// <param name="Reason">One word, like <c>Conflict</c>; null when none is said.</param>
/// <param name="Message">The server's sentence; null when none is said.</param>
/// <param name="IsNamespaceTerminating">Among its causes is that the namespace is being deleted.</param>
internal readonly record struct KubeStatus(int Code, string? Reason, string? Message, bool IsNamespaceTerminating)
{
    private const int MaxMessageLength = 500;

    /// <summary>What was asked for lies too far back: list again.</summary>
    public bool IsGone => Code == (int)HttpStatusCode.Gone;

    /// <summary>Reads an answer that is no success. Whatever else than a Status the body is, a proxy's page among it, it is told in part.</summary>
    public static KubeStatus Read(int code, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            if (JsonDocument.TryParseValue(ref reader, out var document))
            {
                using (document)
                {
                    return Read(document.RootElement) with { Code = code };
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON: told as text below.
        }

        var text = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxMessageLength)]).Trim();
        return new(code, null, text.Length == 0 ? null : Cut(text), false);
    }

    /// <summary>Reads a Status object.</summary>
    public static KubeStatus Read(JsonElement status)
    {
        if (status.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        var code = status.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : 0;
        return new(code, Text(status, "reason"), Text(status, "message") is { } message ? Cut(message) : null, HasCause(status, "NamespaceTerminating"));
    }

    /// <summary>What that means to whoever asked.</summary>
    public KubeOutcome ToOutcome() => Code switch
    {
        404 => KubeOutcome.NotFound,
        409 => Reason == "AlreadyExists" ? KubeOutcome.AlreadyExists : KubeOutcome.Conflict,
        403 when IsNamespaceTerminating => KubeOutcome.NamespaceTerminating,
        401 or 403 => KubeOutcome.Forbidden,
        408 or 410 or 429 => KubeOutcome.Unavailable,
        >= 400 and < 500 => KubeOutcome.Invalid,
        _ => KubeOutcome.Unavailable,
    };

    /// <summary>For people.</summary>
    public override string ToString() => $"{Message ?? "it does not say why"} ({Code}{(Reason is null ? "" : " " + Reason)})";

    private static bool HasCause(JsonElement status, string reason)
    {
        if (!status.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Object
            || !details.TryGetProperty("causes", out var causes) || causes.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        foreach (var cause in causes.EnumerateArray())
        {
            if (cause.ValueKind == JsonValueKind.Object && Text(cause, "reason") == reason)
            {
                return true;
            }
        }

        return false;
    }

    private static string? Text(JsonElement from, string member) =>
        from.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Cut(string text) => text.Length > MaxMessageLength ? text[..MaxMessageLength] + "…" : text;
}

using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>Objects as texts for our readers.</summary>
internal static class ServerText
{
    /// <summary>The object's JSON with apiVersion and kind, which the items of a list do not carry.</summary>
    public static string Of(JsonElement item, ObjectKind kind)
    {
        var text = item.GetRawText();
        return item.TryGetProperty("kind", out _) ? text : $$"""{"apiVersion":"{{kind.ApiVersion}}","kind":"{{kind.Kind}}",{{text.AsSpan(text.IndexOf('{', StringComparison.Ordinal) + 1)}}""";
    }
}

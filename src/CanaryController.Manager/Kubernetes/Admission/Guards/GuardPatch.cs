using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>What guards write into an object that is about to be stored.</summary>
internal static class GuardPatch
{
    /// <summary>Warnings that are longer are cut by the API server.</summary>
    public const int MaxWarning = 120;

    /// <summary>Sets annotations that differ.</summary>
    public static JsonPatch Annotate(this JsonPatch patch, JsonElement item, params ReadOnlySpan<(string Key, string? Value)> pairs)
    {
        var annotations = item.At("metadata", "annotations") is { ValueKind: JsonValueKind.Object } there ? there : default;
        var isThere = annotations.ValueKind == JsonValueKind.Object;
        foreach (var (key, value) in pairs)
        {
            if (value is null || annotations.Text(key) == value)
            {
                continue;
            }

            if (!isThere)
            {
                patch.Add("/metadata/annotations", new System.Text.Json.Nodes.JsonObject());
                isThere = true;
            }

            patch.Add($"/metadata/annotations/{JsonPatch.Escape(key)}", value);
        }

        return patch;
    }

    /// <summary>The answer with a patch, which may be empty, and warnings, each cut to what the API server lets through.</summary>
    public static AdmissionAnswer Answer(this JsonPatch patch, params ReadOnlySpan<string?> warnings)
    {
        List<string> said = [];
        foreach (var warning in warnings)
        {
            if (warning is not null)
            {
                said.Add(warning.Length <= MaxWarning ? warning : string.Concat(warning.AsSpan(0, MaxWarning - 1), "…"));
            }
        }

        return patch.Count == 0 && said.Count == 0 ? AdmissionAnswer.Unchanged : new AdmissionAnswer.Allowed(patch.Count == 0 ? null : patch, said);
    }
}

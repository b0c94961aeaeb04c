using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic;

/// <summary>What routers write into objects beside the weights.</summary>
internal static class RouteAnnotations
{
    /// <summary>The split that was asked for last.</summary>
    public const string Split = "canarycontroller.io/split";

    /// <summary>What the object was before it was first changed.</summary>
    public const string Original = "canarycontroller.io/original";

    /// <summary>When the system that carries the object out had answered last before we changed it: an answer with another time is one to the change.</summary>
    public const string AnsweredBefore = "canarycontroller.io/answered-before";

    /// <summary>Sets <paramref name="pairs"/>, among them those that stand there already only when they differ.</summary>
    public static JsonPatch Annotate(this JsonPatch patch, ObjectMeta meta, bool hasAnnotations, params ReadOnlySpan<(string Key, string Value)> pairs)
    {
        if (!hasAnnotations)
        {
            patch.Add("/metadata/annotations", new System.Text.Json.Nodes.JsonObject());
        }

        foreach (var (key, value) in pairs)
        {
            if (meta.Annotations.GetValueOrDefault(key) != value)
            {
                patch.Add(Path(key), value);
            }
        }

        return patch;
    }

    /// <summary>Removes those of <paramref name="keys"/> that are there.</summary>
    public static JsonPatch Unannotate(this JsonPatch patch, ObjectMeta meta, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (meta.Annotations.ContainsKey(key))
            {
                patch.Remove(Path(key));
            }
        }

        return patch;
    }

    /// <summary>The leader and term that wrote last; null when nobody did.</summary>
    public static string? Fence(this ObjectMeta meta) => meta.Annotations.GetValueOrDefault(Marks.FenceAnnotation);

    private static string Path(string key) => $"/metadata/annotations/{JsonPatch.Escape(key)}";
}

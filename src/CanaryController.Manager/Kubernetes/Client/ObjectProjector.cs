using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Makes of an object what is kept of it. One that cannot be read is said once and skipped: it stays as it was known before, and the others live on. Used by one loop at a time.
/// </summary>
internal sealed class ObjectProjector<T>(ObjectKind kind, Func<JsonElement, T?> project, ILogger logger)
    where T : class, ICached
{
    /// <summary>How many unreadable objects are remembered as said; more are said again with each change.</summary>
    private const int MaxRemembered = 1_000;

    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    /// <summary>Reads an object.</summary>
    /// <param name="item">The object; nothing of it is kept.</param>
    /// <param name="name">Its name, whatever else is wrong with it; null = it has none.</param>
    /// <param name="projected">What is kept; null with an answer of true = nothing is wanted of it.</param>
    /// <returns>False when it cannot be read.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary between objects: a broken one must not stop the others. It is logged.")]
    public bool TryRead(JsonElement item, out ObjectName? name, out T? projected)
    {
        projected = null;
        name = NameOf(item);
        try
        {
            projected = project(item);
            if (_said.Count > 0)
            {
                _said.Remove(name.ToString()!);
            }

            return true;
        }
        catch (Exception wrong)
        {
            if (!_said.Contains(name.ToString()!))
            {
                logger.ObjectUnreadable(kind, name ?? default, wrong.Message);
                if (_said.Count < MaxRemembered)
                {
                    _said.Add(name.ToString()!);
                }
            }

            return false;
        }
    }

    /// <summary>Name, uid and version alone, for an object that is gone; null when it has no name.</summary>
    public static (ObjectName Name, string Uid, string Version)? ReadIdentity(JsonElement item) =>
        NameOf(item) is { } name && item.GetProperty("metadata") is var metadata ? (name, Text(metadata, "uid") ?? "", Text(metadata, "resourceVersion") ?? "") : null;

    private static ObjectName? NameOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
            && Text(metadata, "name") is { } name
            ? new(Text(metadata, "namespace") ?? "", name)
            : null;

    private static string? Text(JsonElement from, string member) =>
        from.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

namespace CanaryController.Resources.Reading;

/// <summary>Objects as the API server gives them: with a status, and with metadata that nobody wrote.</summary>
internal static class ServerObject
{
    /// <summary>The object without its status, and of its metadata <paramref name="kept"/> only; of the annotations among it, only <paramref name="annotation"/>.</summary>
    public static Node Keep(Node root, IReadOnlyList<string> kept, string? annotation = null) => root is not MapNode map
        ? root
        : Only(map, entry => entry.Key.Text != "status", entry => entry is { Key.Text: "metadata", Value: MapNode metadata } ? entry with { Value = Metadata(metadata, kept, annotation) } : entry);

    private static MapNode Metadata(MapNode metadata, IReadOnlyList<string> kept, string? annotation) => Only(
        metadata,
        entry => kept.Contains(entry.Key.Text, StringComparer.Ordinal),
        entry => entry is { Key.Text: "annotations", Value: MapNode annotations } ? entry with { Value = Only(annotations, each => each.Key.Text == annotation, each => each) } : entry);

    private static MapNode Only(MapNode map, Func<MapEntry, bool> keep, Func<MapEntry, MapEntry> change) => map with { Entries = [.. map.Entries.Where(keep).Select(change)] };
}

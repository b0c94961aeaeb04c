using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>Reads the maps of a backend out of what HAProxy answers.</summary>
internal static class ProxyMapReader
{
    /// <summary>More maps of one backend are not looked at.</summary>
    private const int MaxMaps = 64;

    private const string End = ".map";

    /// <summary>
    /// The backend's maps, without their entries. Each line is <c>3 (/etc/haproxy/shop.header.x-canary.map) pattern loaded from file ...</c>; of two files of the same name the first counts.
    /// </summary>
    /// <param name="backend">The backend.</param>
    /// <param name="list">The answer to <see cref="ProxyCommand.ShowMaps"/>.</param>
    public static IReadOnlyList<ProxyMap> Find(string backend, string list) =>
        [.. list.Split('\n').Select(line => Map(backend, line)).OfType<ProxyMap>().DistinctBy(map => (map.Kind, map.Name)).Take(MaxMaps)];

    /// <summary>The map with its entries: a line each, <c>0x55d52dd042e0 KEY SERVER</c>. Null when the answer is none of a map.</summary>
    public static ProxyMap? WithEntries(ProxyMap map, string text)
    {
        List<MapEntry> entries = [];
        foreach (var line in text.Split('\n').Where(line => line.Length > 0))
        {
            var (first, last) = (line.IndexOf(' ', StringComparison.Ordinal), line.LastIndexOf(' '));
            if (first < 0 || last <= first || !ProxyCommand.IsReference(line[..first]))
            {
                return null;
            }

            entries.Add(new(line[..first], line[(first + 1)..last], line[(last + 1)..]));
        }

        return map with { Entries = [.. entries] };
    }

    private static ProxyMap? Map(string backend, string line)
    {
        var (open, close) = (line.IndexOf('(', StringComparison.Ordinal), line.IndexOf(") ", StringComparison.Ordinal));
        if (open < 0 || close <= open)
        {
            return null;
        }

        var file = line[(open + 1)..close];
        var name = file[(file.LastIndexOf('/') + 1)..];
        return !ProxyCommand.IsFile(file) || !name.EndsWith(End, StringComparison.Ordinal) ? null
            : Rest(name, $"{backend}.header.") is { } header ? new(RequestMatchKind.Header, header.ToLowerInvariant(), file, [])
            : Rest(name, $"{backend}.cookie.") is { } cookie ? new(RequestMatchKind.Cookie, cookie, file, [])
            : null;
    }

    private static string? Rest(string name, string beginning) =>
        name.StartsWith(beginning, StringComparison.Ordinal) && name.Length > beginning.Length + End.Length ? name[beginning.Length..^End.Length] : null;
}

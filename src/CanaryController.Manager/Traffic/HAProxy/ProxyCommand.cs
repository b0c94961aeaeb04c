using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// The commands of HAProxy's runtime API that are sent here, one of each kind. A name goes into one only in the form that HAProxy itself allows (no space, semicolon, line break, quote or
/// backslash), and the value of a header with a backslash before whatever means something there, so that neither can become a command.
/// </summary>
internal static class ProxyCommand
{
    /// <summary>The largest weight of a server (HAProxy's configuration manual, <c>weight</c>).</summary>
    public const int MaxWeight = 256;

    /// <summary>Answers a line a server of the backend: its weight now and at start, and its health.</summary>
    public static string ShowServers(string backend) => $"show servers state {Checked(backend)}";

    /// <summary>Answers what the backend's configuration says, as CSV: a line a server, and one for the whole.</summary>
    /// <param name="proxy">The backend's name, or its number where another section has the same name.</param>
    public static string ShowStat(string proxy) => $"show stat {Checked(proxy)} 6 -1";

    /// <summary>Gives a server a weight, 0 to <see cref="MaxWeight"/>.</summary>
    public static string SetWeight(string backend, string server, int weight) => weight is >= 0 and <= MaxWeight
        ? $"set server {Checked(backend)}/{Checked(server)} weight {weight}"
        : throw new ArgumentOutOfRangeException(nameof(weight), weight, $"A weight is 0 to {MaxWeight}.");

    /// <summary>Answers a line a map.</summary>
    public const string ShowMaps = "show map";

    /// <summary>Answers a line an entry of a map.</summary>
    public static string ShowMap(string file) => $"show map {CheckedFile(file)}";

    /// <summary>Adds an entry to a map.</summary>
    public static string AddEntry(string file, string key, string server) => $"add map {CheckedFile(file)} {Escaped(key)} {Checked(server)}";

    /// <summary>Removes an entry by its reference: a key that begins with # would be taken for one.</summary>
    public static string RemoveEntry(string file, string reference) =>
        IsReference(reference) ? $"del map {CheckedFile(file)} #{reference}" : throw new ArgumentException($"'{reference}' is not the reference of an entry.", nameof(reference));

    /// <summary>The name of a file that can stand in a command: visible ASCII characters, none of which means anything there.</summary>
    public static bool IsFile(string file) => file.Length is > 0 and <= 1_000 && file[0] is not '#' && file.All(c => c is > ' ' and <= '~' and not (';' or '\\' or '<' or '"' or '\''));

    /// <summary>What HAProxy calls an entry.</summary>
    public static bool IsReference(string text) => text.Length is > 2 and <= 20 && text.StartsWith("0x", StringComparison.Ordinal) && text.Skip(2).All(char.IsAsciiHexDigit);

    private static string CheckedFile(string file) => IsFile(file) ? file : throw new ArgumentException($"'{file}' cannot be named in a command.", nameof(file));

    private static string Escaped(string key) => Names.IsHeaderValue(key)
        ? string.Concat(key.Select(c => c is ' ' or ';' or '\\' or '<' ? $"\\{c}" : $"{c}"))
        : throw new ArgumentException($"'{key}' is not the value of a header.", nameof(key));

    private static string Checked(string name) =>
        Names.IsProxyName(name) ? name : throw new ArgumentException($"'{name}' is not a name in HAProxy's configuration.", nameof(name));
}

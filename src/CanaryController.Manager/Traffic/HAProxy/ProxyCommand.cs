using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// The commands of HAProxy's runtime API that are sent here, one of each kind. A name goes into one only in the form that HAProxy itself allows (no space, semicolon, line break, quote or
/// backslash), so that no name can become a command.
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

    private static string Checked(string name) =>
        Names.IsProxyName(name) ? name : throw new ArgumentException($"'{name}' is not a name in HAProxy's configuration.", nameof(name));
}

using System.Net;
using System.Text;
using CanaryController.Manager.Hosting;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>One entry of the configuration's list <c>haproxies</c>.</summary>
internal sealed record HAProxyOptions
{
    /// <summary>How rollouts name this proxy: a DNS label; unique.</summary>
    public string Name { get; init; } = "";

    /// <summary>The path of its admin socket (<c>stats socket PATH level admin</c>); null when <see cref="Address"/> is given.</summary>
    public string? Socket { get; init; }

    /// <summary>Host and port of its admin socket; null when <see cref="Socket"/> is given. Whoever reaches it may do everything, so it belongs on loopback or into a network of its own.</summary>
    public string? Address { get; init; }

    /// <summary>How long one exchange may take. Default 2 seconds; 100 ms to 10 s. Short, because an abort waits for it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where it listens, as people write it.</summary>
    public string Place => Socket ?? Address ?? "";

    /// <summary>Reads the list <c>haproxies</c>.</summary>
    public static List<HAProxyOptions> Read(SettingsReader settings)
    {
        var defaults = new HAProxyOptions();
        List<HAProxyOptions> proxies =
        [
            .. settings.List("haproxies").Select(proxy => new HAProxyOptions
            {
                Name = proxy.Text("name", ""),
                Socket = proxy.Optional("socket"),
                Address = proxy.Optional("address"),
                Timeout = proxy.Duration("timeout", defaults.Timeout),
            }),
        ];
        settings.AddRange(HAProxyOptionsValidator.Validate(proxies));
        return proxies;
    }
}

/// <summary>Checks the list <c>haproxies</c>, all of it at once.</summary>
internal static class HAProxyOptionsValidator
{
    /// <summary>What fits into the kernel's address of a Unix socket, bytes.</summary>
    public const int MaxSocketBytes = 107;

    private const string SocketExample = "/run/haproxy/admin.sock";

    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Validate(IReadOnlyList<HAProxyOptions> proxies)
    {
        var problems = new List<FieldProblem>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < proxies.Count; index++)
        {
            var (proxy, at) = (proxies[index], $"haproxies[{index}]");
            if (!Names.IsDnsLabel(proxy.Name))
            {
                problems.Add(new($"{at}.name", proxy.Name, "A proxy needs a name of a-z, 0-9 and -.", "the name that rollouts use in traffic.haproxy"));
            }
            else if (!names.Add(proxy.Name))
            {
                problems.Add(new($"{at}.name", proxy.Name, "Another proxy has this name.", "a unique name"));
            }

            if (Place(proxy, at) is { } wrong)
            {
                problems.Add(wrong);
            }

            if (proxy.Timeout < TimeSpan.FromMilliseconds(100) || proxy.Timeout > TimeSpan.FromSeconds(10))
            {
                problems.Add(new($"{at}.timeout", proxy.Timeout.ToString(), "Outside 100 ms to 10 s.", "2s"));
            }
        }

        return problems;
    }

    /// <summary>Host and port of <paramref name="address"/>; null when it has another form.</summary>
    public static DnsEndPoint? HostAndPort(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), out var port) || port == 0)
        {
            return null;
        }

        var host = address[..colon];
        host = host is ['[', .. var inside, ']'] ? inside : host.Contains(':', StringComparison.Ordinal) ? "" : host;
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6 ? new(host, port) : null;
    }

    private static FieldProblem? Place(HAProxyOptions proxy, string at) => (proxy.Socket, proxy.Address) switch
    {
        (null, null) => new($"{at}.socket", null, "The proxy's admin socket is required.", $"its path, like {SocketExample}, or address: HOST:PORT"),
        ({ }, { }) => new($"{at}.address", proxy.Address, "A proxy has one admin socket here.", "leave out socket or address"),
        ({ } path, null) when !Path.IsPathRooted(path) => new($"{at}.socket", path, "Not an absolute path.", SocketExample),
        ({ } path, null) when Encoding.UTF8.GetByteCount(path) > MaxSocketBytes => new($"{at}.socket", path, $"A socket's path has {MaxSocketBytes} bytes at most.", SocketExample),
        (null, { } address) when HostAndPort(address) is null => new($"{at}.address", address, "Not a host and a port.", "127.0.0.1:9999"),
        _ => null,
    };
}

using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace CanaryController.Gateway.Configuration;

/// <summary>Reads <c>routes</c>.</summary>
internal static partial class RouteOptionsReader
{
    private const int MaxRoutes = 1000;
    private const int MaxAddresses = 256;
    private const string NameRule = "is not 1 to 63 letters, digits, '.', '_' or '-', starting with a letter or digit.";
    private static readonly TimeSpan Millis10 = TimeSpan.FromMilliseconds(10);

    public static ImmutableArray<GatewayRouteOptions> ReadAll(SettingsReader settings)
    {
        var items = settings.Items("routes");
        if (items.Count is 0 or > MaxRoutes)
        {
            settings.Wrong("routes", null, $"needs 1 to {MaxRoutes} routes.");
            return [];
        }

        ImmutableArray<GatewayRouteOptions> routes = [.. items.Select(Read)];
        var names = new HashSet<string>();
        var places = new HashSet<string>();
        foreach (var (route, index) in routes.Select((route, index) => (route, index)))
        {
            if (!names.Add(route.Name) && route.Name.Length > 0)
            {
                settings.Wrong($"routes[{index}].name", route.Name, "is the name of an earlier route.", "names are unique");
            }

            var taken = route.Hosts.IsEmpty ? ["*"] : route.Hosts;
            if (taken.Any(host => !places.Add($"{host} {route.Path}")))
            {
                settings.Wrong($"routes[{index}].path", route.Path, "an earlier route takes the same host and path.", "give one of them another host or path");
            }
        }

        return routes;
    }

    private static GatewayRouteOptions Read(SettingsReader settings)
    {
        var name = settings.Required("name", "shop");
        if (name.Length > 0 && !Name().IsMatch(name))
        {
            settings.Wrong("name", name, NameRule);
        }

        var route = new GatewayRouteOptions
        {
            Name = name,
            Hosts = ReadHosts(settings),
            Path = ReadPath(settings, "path") ?? "/",
            Stable = settings.Required("stable", "v1"),
            Versions = ReadVersions(settings),
            Health = ReadHealth(settings.Section("health")),
            Affinity = ReadAffinity(settings.Section("affinity")),
            Timeout = settings.Time("timeout", TimeSpan.FromSeconds(100), Millis10, TimeSpan.FromHours(1)),
        };
        settings.RejectUnknown();
        if (route.Stable.Length > 0 && !route.Versions.IsEmpty && route.Versions.All(version => version.Name != route.Stable))
        {
            settings.Wrong("stable", route.Stable, "is not one of the versions.", $"write one of {string.Join(", ", route.Versions.Select(version => version.Name))}");
        }

        return route;
    }

    private static ImmutableArray<string> ReadHosts(SettingsReader settings)
    {
        var hosts = settings.Texts("hosts");
        for (var index = 0; index < hosts.Count; index++)
        {
            if (Uri.CheckHostName(hosts[index]) == UriHostNameType.Unknown)
            {
                settings.Wrong($"hosts[{index}]", hosts[index], "is not a host name.", "write it without scheme, port or wildcard; leave the list empty for any host");
            }
        }

        return [.. hosts.Select(host => host.ToLowerInvariant())];
    }

    private static string? ReadPath(SettingsReader settings, string key)
    {
        var path = settings.Text(key);
        if (path is not null && (path.Length == 0 || path[0] != '/' || path.AsSpan().ContainsAny("?#*")))
        {
            settings.Wrong(key, path, "is not a path.", "start it with '/', without '?', '#' and '*'");
        }

        return path is { Length: > 1 } ? path.TrimEnd('/') : path;
    }

    private static ImmutableArray<VersionOptions> ReadVersions(SettingsReader settings)
    {
        var versions = settings.Map("versions");
        if (versions.Count is 0 or > GatewayRouteOptions.MaxVersions)
        {
            settings.Wrong("versions", null, $"needs 1 to {GatewayRouteOptions.MaxVersions} versions.", "write for example versions: {v1: {addresses: [http://127.0.0.1:9001]}}");
        }

        foreach (var (name, _) in versions.Where(version => !Name().IsMatch(version.Name)))
        {
            settings.Wrong($"versions.{name}", name, NameRule);
        }

        return [.. versions.Select(version => ReadVersion(version.Name, version.Settings)).OrderBy(version => version.Name, StringComparer.Ordinal)];
    }

    private static VersionOptions ReadVersion(string name, SettingsReader settings)
    {
        var addresses = settings.Texts("addresses");
        if (addresses.Count is 0 or > MaxAddresses)
        {
            settings.Wrong("addresses", null, $"needs 1 to {MaxAddresses} addresses.", "write for example addresses: [http://127.0.0.1:9001]");
        }

        for (var index = 0; index < addresses.Count; index++)
        {
            if (!Address.IsUpstream(addresses[index]))
            {
                settings.Wrong($"addresses[{index}]", addresses[index], "is not an address to send requests to.", "write http://host:port");
            }
            else if (addresses.Take(index).Contains(addresses[index]))
            {
                settings.Wrong($"addresses[{index}]", addresses[index], "stands here twice.", "remove it");
            }
        }

        var version = new VersionOptions { Name = name, Addresses = [.. addresses.Select(address => address.TrimEnd('/'))], Http2 = settings.Flag("http2") };
        settings.RejectUnknown();
        return version;
    }

    private static HealthOptions? ReadHealth(SettingsReader settings)
    {
        if (!settings.Exists)
        {
            return null;
        }

        var health = new HealthOptions
        {
            Path = ReadPath(settings, "path") ?? settings.Required("path", "/healthz"),
            Interval = settings.Time("interval", TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            Timeout = settings.Time("timeout", TimeSpan.FromSeconds(1), Millis10, TimeSpan.FromMinutes(1)),
            UnhealthyAfter = settings.Number("unhealthyAfter", 2, 1, 100),
        };
        settings.RejectUnknown();
        return health;
    }

    private static AffinityOptions? ReadAffinity(SettingsReader settings)
    {
        if (!settings.Exists)
        {
            return null;
        }

        var affinity = new AffinityOptions
        {
            Cookie = settings.Text("cookie") ?? "canary_affinity",
            Ttl = settings.Time("ttl", TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(400)),
        };
        settings.RejectUnknown();
        if (!Name().IsMatch(affinity.Cookie))
        {
            settings.Wrong("cookie", affinity.Cookie, NameRule);
        }

        return affinity;
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}

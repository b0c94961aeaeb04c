using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// A backend's servers by version. A server belongs to the version whose name it has, alone or followed by <c>-</c> and anything: <c>v2</c>, <c>v2-1</c>, <c>v2-eu-3</c>. When both versions'
/// names fit, the longer one counts: <c>v2-beta-1</c> is of <c>v2-beta</c>, not of <c>v2</c>. Backup servers belong to none.
/// </summary>
internal sealed class BackendVersions
{
    private BackendVersions(ProxyBackend backend, string stable, string? canary, IReadOnlySet<string> retired)
    {
        (Backend, StableName, CanaryName) = (backend, stable, canary);
        var byRole = backend.Servers.Where(server => !server.IsBackup).ToLookup(server => RoleOf(server.Name, stable, canary) switch
        {
            Role.Other when retired.Contains(server.Name) => Role.Retired,
            var role => role,
        });
        (Stable, Canary, Retired, Others) = ([.. byRole[Role.Stable]], [.. byRole[Role.Canary]], [.. byRole[Role.Retired]], [.. byRole[Role.Other]]);
    }

    private enum Role
    {
        Stable,
        Canary,
        Retired,
        Other,
    }

    /// <summary>The backend.</summary>
    public ProxyBackend Backend { get; }

    /// <summary>The stable version.</summary>
    public string StableName { get; }

    /// <summary>The canary; null when only stable is known.</summary>
    public string? CanaryName { get; }

    /// <summary>Stable's servers.</summary>
    public IReadOnlyList<ProxyServer> Stable { get; }

    /// <summary>The canary's servers.</summary>
    public IReadOnlyList<ProxyServer> Canary { get; }

    /// <summary>Those of earlier versions, which were given weight 0 here and shall keep it.</summary>
    public IReadOnlyList<ProxyServer> Retired { get; }

    /// <summary>Those of neither version, which are nobody's business here.</summary>
    public IReadOnlyList<ProxyServer> Others { get; }

    /// <summary>What the others weigh that take requests.</summary>
    public int OthersWeight => Others.Where(server => server.IsUsable).Sum(server => server.Weight);

    /// <summary>Sorts the servers of <paramref name="backend"/>.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="stable">The stable version.</param>
    /// <param name="canary">The canary; null, or the same as stable, when only stable is known.</param>
    /// <param name="retired">Names of servers that were given weight 0 here while they belonged to an earlier version.</param>
    public static BackendVersions Of(ProxyBackend backend, string stable, string? canary, IReadOnlySet<string> retired) =>
        new(backend, stable, canary == stable ? null : canary, retired);

    /// <summary>
    /// The canary's part of all requests when its servers and those beside them weigh what <paramref name="weightOf"/> says, 0 to 1; null when no server with a weight takes requests.
    /// </summary>
    public double? Share(Func<ProxyServer, int> weightOf)
    {
        var canary = Canary.Where(server => server.IsUsable).Sum(weightOf);
        var all = canary + Stable.Concat(Retired).Where(server => server.IsUsable).Sum(weightOf) + OthersWeight;
        return all == 0 ? null : (double)canary / all;
    }

    /// <summary>The instances of both versions: those that take requests, and those that nobody took out.</summary>
    public Dictionary<string, VersionInstances> Instances()
    {
        var instances = new Dictionary<string, VersionInstances>(StringComparer.Ordinal) { [StableName] = Count(Stable) };
        if (CanaryName is not null)
        {
            instances[CanaryName] = Count(Canary);
        }

        return instances;
    }

    /// <summary>In basis points; only nothing is 0, and only everything is 10,000.</summary>
    public static CanaryWeight Rounded(double share) => CanaryWeight.FromBasisPoints(share switch
    {
        0 => 0,
        1 => CanaryWeight.WholeBasisPoints,
        _ => Math.Clamp((int)Math.Round(share * CanaryWeight.WholeBasisPoints), 1, CanaryWeight.WholeBasisPoints - 1),
    });

    private static VersionInstances Count(IReadOnlyList<ProxyServer> servers) =>
        new(servers.Count(server => server.IsUsable), servers.Count(server => server.Health is not ServerHealth.Out));

    private static Role RoleOf(string server, string stable, string? canary) => (IsOf(server, stable), canary is not null && IsOf(server, canary)) switch
    {
        (true, true) => canary!.Length > stable.Length ? Role.Canary : Role.Stable,
        (true, false) => Role.Stable,
        (false, true) => Role.Canary,
        (false, false) => Role.Other,
    };

    private static bool IsOf(string server, string version) =>
        server.StartsWith(version, StringComparison.Ordinal) && (server.Length == version.Length || server[version.Length] == '-');
}

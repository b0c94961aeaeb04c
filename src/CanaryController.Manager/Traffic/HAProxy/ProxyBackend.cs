using CanaryController.Core;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>A backend as HAProxy has it now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Algorithm">What <c>balance</c> says, like <c>roundrobin</c>; empty when the socket does not say it.</param>
/// <param name="KeepsVisitors">It keeps visitors on a server by a cookie.</param>
/// <param name="Servers">All of its servers, in its order.</param>
internal sealed record ProxyBackend(string Name, string Algorithm, bool KeepsVisitors, EquatableArray<ProxyServer> Servers)
{
    /// <summary>The maps that lines of it ask; none where it has no such line.</summary>
    public EquatableArray<ProxyMap> Maps { get; init; }
}

/// <summary>A server of a backend.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">What counts now, 0 to 256.</param>
/// <param name="Initial">What the configuration says, 0 to 256; a reload returns to it.</param>
/// <param name="Health">Whether it takes requests.</param>
/// <param name="IsBackup">It takes requests only when no other server does: it has no share.</param>
internal sealed record ProxyServer(string Name, int Weight, int Initial, ServerHealth Health, bool IsBackup)
{
    /// <summary>It takes its share of the requests.</summary>
    public bool IsUsable => Health is ServerHealth.Up && !IsBackup;
}

/// <summary>Whether a server takes requests.</summary>
internal enum ServerHealth
{
    /// <summary>It is well, or nobody checks it.</summary>
    Up,

    /// <summary>Its checks fail, or it is stopping.</summary>
    Down,

    /// <summary>A person put it into maintenance or drains it, or its name resolves to nothing: it is not counted at all.</summary>
    Out,
}

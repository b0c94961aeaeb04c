namespace CanaryController.ApiServerStub;

/// <summary>How a stub of the API server runs.</summary>
public sealed record StubOptions
{
    /// <summary>The port on 127.0.0.1; 0 (default) = any free one.</summary>
    public int Port { get; init; }

    /// <summary>Bearer tokens that are known, each with its user's name. Empty (default) = nobody has to authenticate, and everybody is <see cref="StubUser.Admin"/>.</summary>
    public IReadOnlyDictionary<string, string> Tokens { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>More about the users of <see cref="Tokens"/>: uid and groups. One who is not here has none of his own, but for <see cref="StubUser.Admin"/>.</summary>
    public IReadOnlyList<StubUser> Users { get; init; } = [];

    /// <summary>What access reviews answer, and who may impersonate whom. Empty (default) = everybody may do everything; else only these and <c>system:masters</c>.</summary>
    public IReadOnlyList<StubGrant> Grants { get; init; } = [];

    /// <summary>
    /// On which port of 127.0.0.1 a Service is that a webhook configuration names, by <c>namespace/name</c>. One that is not here is where its annotation
    /// <c>api-server-stub/loopback-port</c> says. The webhook's certificate has to be for <c>name.namespace.svc</c>.
    /// </summary>
    public IReadOnlyDictionary<string, int> ServicePorts { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>YAML text with CRDs that are there from the start; several documents in one are fine.</summary>
    public IReadOnlyList<string> Crds { get; init; } = [];

    /// <summary>Many objects that are there from the start, for benchmarks.</summary>
    public IReadOnlyList<StubSeeds> Seeds { get; init; } = [];

    /// <summary>How many changes are remembered for watches that come back, of all resources together; 1 or more, default 100,000.</summary>
    public int HistoryLimit { get; init; } = 100_000;

    /// <summary>By how many changes a watch may fall behind before it is ended; 1 or more, default 10,000.</summary>
    public int WatchBacklog { get; init; } = 10_000;

    /// <summary>How often watches that asked for bookmarks get one. Default 1 min, as a real API server.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether a watch from a forgotten version is answered with HTTP 410 (true), or with 200 and an ERROR event (default), as a real API server does.</summary>
    public bool ExpiredAsStatus { get; init; }

    /// <summary>Whether the controllers of the cluster (Deployments, ReplicaSets, pods, garbage, namespaces) run. Default false.</summary>
    public bool Controllers { get; init; }

    /// <summary>What generated names and uids are drawn from. Default 1.</summary>
    public int Seed { get; init; } = 1;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How many requests the log remembers; the oldest go first. Default 100,000.</summary>
    public int RequestLogLimit { get; init; } = 100_000;
}

/// <summary>
/// Objects that are put into the store as they stand, unchecked, in copies. Each line is a whole object as JSON, as a server has it at rest: with uid, generation, managedFields and status;
/// only its resourceVersion is given anew. In a line <c>$(copy)</c> stands for the copy's number from <c>00000</c>, and <c>$(group)</c> for that of the 20 copies that it belongs to, for the
/// names of namespaces. An object that comes out the same for several copies is there once.
/// </summary>
/// <param name="Lines">The objects.</param>
/// <param name="Copies">How many of each; 1 to 99,999.</param>
public sealed record StubSeeds(IReadOnlyList<string> Lines, int Copies = 1);

using CanaryController.Core;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>The two entries that share what a rule sends to a rollout, and how they are told from the others.</summary>
/// <param name="Namespace">The route's namespace, which is theirs.</param>
/// <param name="Service">The Service as users write it.</param>
/// <param name="Port">Its port; null = any.</param>
/// <param name="Stable">The Service of the stable version; with <see cref="BySubset"/> the subset of <paramref name="Service"/>.</param>
/// <param name="Canary">That of the canary; null when there is no canary and the name does not tell.</param>
/// <param name="IsExternal">The Services are the versions themselves: after a promotion the names stay and the roles change.</param>
internal sealed record BackendPair(string Namespace, string Service, int? Port, string Stable, string? Canary, bool IsExternal)
{
    /// <summary>The suffix of the Service of a Deployment's stable version.</summary>
    public const string StableSuffix = "-stable";

    /// <summary>The suffix of the Service of its canary.</summary>
    public const string CanarySuffix = "-canary";

    /// <summary>The two are subsets of one Service, not two Services.</summary>
    public bool BySubset { get; init; }

    /// <summary>The names of the rules that may be divided; none = all of them.</summary>
    public EquatableArray<string> Only { get; init; }

    /// <summary>The pair in one of the rollout's objects, of which some rules may be left out.</summary>
    public BackendPair In(NamedRoute route) => route.Rules == Only ? this : this with { Only = route.Rules };

    /// <summary>The pair of <paramref name="route"/> while these are its versions.</summary>
    public static BackendPair Of(ClusterRoute route, string stable, string? canary) => route.Workload switch
    {
        WorkloadType.Deployment => route.Subsets is { } subsets
            ? new(route.Rollout.Namespace, route.Service, route.Port, subsets.Stable, subsets.Canary, IsExternal: false) { BySubset = true }
            : new(route.Rollout.Namespace, route.Service, route.Port, route.Service + StableSuffix, route.Service + CanarySuffix, IsExternal: false),
        WorkloadType.External => new(route.Rollout.Namespace, route.Service, route.Port, stable, canary == stable ? null : canary, IsExternal: true),
    };

    /// <summary>Where the pair stands in <paramref name="rule"/>; <paramref name="other"/> is what shared with stable before, which the canary takes the place of.</summary>
    public PairPlace Find(RouteRule rule, FormerPair other)
    {
        if (rule.OnlyMatches || (!Only.IsEmpty && !(rule.Name is { } named && Only.Contains(named))))
        {
            return new(rule, null, null, null, null, Twice: false, IsAlone: false);
        }

        var (at, twice, again) = (new int?[4], false, new List<int>());
        for (var index = 0; index < rule.Backends.Count; index++)
        {
            if (RoleOf(rule.Backends[index], other) is { } role)
            {
                twice |= at[(int)role].HasValue;
                if (role is Role.Canary && at[(int)role].HasValue)
                {
                    again.Add(index);
                }

                at[(int)role] ??= index;
            }
        }

        // Beside stable's own entry, the one that users write is a backend like any other.
        at[(int)Role.Apex] = at[(int)Role.Stable].HasValue ? null : at[(int)Role.Apex];
        var isAlone = at.Count(index => index.HasValue) == rule.Backends.Count(backend => backend.IsShare);
        return new(rule, at[(int)Role.Stable], at[(int)Role.Canary], at[(int)Role.Apex], at[(int)Role.Former], twice, isAlone)
        {
            Again = [.. again], AgainShare = again.Sum(index => (long)rule.Backends[index].Share),
        };
    }

    /// <summary>The same in a rule that was divided and may lack its name by now: what we divided is taken back whatever it is called.</summary>
    public PairPlace FindBack(RouteRule rule, FormerPair other) =>
        !Only.IsEmpty && !IsExternal && (this with { Only = [] }).Find(rule, other) is { IsPair: true } left ? left : Find(rule, other);

    /// <summary>
    /// The entry of a rule that only mirrors by which the canary can get copies: the canary's own, or the one that users write, as long as that gets none. Null when there is no such.
    /// </summary>
    private int? FindMirror(RouteRule rule)
    {
        if (!rule.OnlyMirrors)
        {
            return null;
        }

        if (rule.Traits?.OwnMirror is { } own)
        {
            return int.Parse(own.AsSpan(own.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);
        }

        var backends = rule.Backends.ToList();
        var at = backends.FindIndex(backend => IsService(backend with { IsShare = true }) && backend.Name == Canary);
        at = at >= 0 ? at : backends.FindIndex(backend => IsService(backend with { IsShare = true }) && backend.Name == Service && IsPort(backend) && backend.Weight is null or 0);
        return at < 0 ? null : at;
    }

    /// <summary>A rule that divides nothing and gives the canary something beside its weight: the index of the entry by which it does; null for others.</summary>
    public int? FindBeside(RouteRule rule) =>
        rule.OnlyMatches ? rule.Backends is [{ Subset: null } only] && IsService(only) && only.Name == Service ? 0 : null : FindMirror(rule);

    /// <summary>By what <paramref name="backend"/> is told from the other: its Service, or its subset; empty for an entry without one.</summary>
    public string KeyOf(RouteBackend backend) => BySubset ? backend.Subset ?? "" : backend.Name;

    /// <summary><paramref name="backend"/> as the entry of another version.</summary>
    public RouteBackend Renamed(RouteBackend backend, string key) => BySubset ? backend with { Subset = key } : backend with { Name = key, Text = backend.TextOf(key) };

    /// <summary>For people: <c>Service web-canary</c>.</summary>
    public string Describe(string key) => BySubset ? $"subset {key} of Service {Service}" : $"Service {key}";

    /// <summary>A version's own Service may listen on another port than the one that clients call.</summary>
    private Role? RoleOf(RouteBackend backend, FormerPair other) =>
        !IsService(backend) ? null
        : BySubset ? RoleOfSubset(backend)
        : backend.Name == Canary ? Role.Canary
        : backend.Name == Stable ? Role.Stable
        : backend.Name == Service && IsPort(backend) ? Role.Apex
        : IsExternal && other.Contains(backend.Name) ? Role.Former
        : null;

    private Role? RoleOfSubset(RouteBackend backend) =>
        backend.Name != Service || !IsPort(backend) ? null
        : backend.Subset == Canary ? Role.Canary
        : backend.Subset == Stable ? Role.Stable
        : backend.Subset is null ? Role.Apex
        : null;

    private bool IsPort(RouteBackend backend) => Port is null || backend.Port is null || backend.Port == Port;

    private bool IsService(RouteBackend backend) =>
        backend is { Group: "", Kind: "Service", IsShare: true } && (backend.Namespace is null || backend.Namespace == Namespace);

    private enum Role
    {
        Stable,
        Canary,
        Apex,
        Former,
    }
}

/// <summary>The entries among which a route was divided last; none before.</summary>
/// <param name="Stable">The one that was stable's then.</param>
/// <param name="Canary">The other.</param>
internal readonly record struct FormerPair(string? Stable, string? Canary)
{
    public bool Contains(string name) => name == Stable || name == Canary;

    /// <summary>The one that is not <paramref name="name"/>.</summary>
    public string? Other(string name) => Stable == name ? Canary : Stable;
}

/// <summary>Where a pair stands in a rule: indices into its backends, null where there is no such entry.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Stable">The stable version's entry.</param>
/// <param name="Canary">The canary's.</param>
/// <param name="Apex">The one that users write.</param>
/// <param name="Former">For External: the one of a version that is neither any more.</param>
/// <param name="Twice">One of them is there more than once.</param>
/// <param name="IsAlone">No others are in the rule.</param>
internal readonly record struct PairPlace(RouteRule Rule, int? Stable, int? Canary, int? Apex, int? Former, bool Twice, bool IsAlone)
{
    /// <summary>The rule sends to the service. An entry that users gave the weight 0 on its own sends nothing, and is left alone.</summary>
    public bool IsOurs => (Stable ?? Canary ?? Apex) is not null && (IsPair || Sum > 0);

    /// <summary>Further entries of the canary, which somebody else wrote: what they get is the canary's too.</summary>
    public EquatableArray<int> Again { get; init; }

    /// <summary>What those weigh together.</summary>
    public long AgainShare { get; init; }

    /// <summary>Both entries are there.</summary>
    public bool IsPair => Stable is not null && Canary is not null;

    /// <summary>What the canary's entries weigh together.</summary>
    public long CanaryShare => Share(Canary) + AgainShare;

    /// <summary>What the entries weigh together; what the two share.</summary>
    public long Sum => Share(Stable) + CanaryShare + Share(Apex) + Share(Former);

    /// <summary>What the entry at <paramref name="index"/> weighs.</summary>
    public int Share(int? index) => index is { } at ? Rule.Backends[at].Share : 0;
}

using System.Globalization;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// What is to be written so that an object gives the canary what it is to get beside its weight (ADR 0011): after the operations on entries, and in the same patch. Pure.
/// </summary>
/// <param name="route">The object as it was seen.</param>
/// <param name="wanted">What is wanted.</param>
internal sealed class BesidePlan(RouteObject route, BesideWeight wanted)
{
    private readonly List<DividedRule> _ours = [];

    /// <summary>Adds a rule that sends to the service.</summary>
    public void Add(DividedRule rule) => _ours.Add(rule);

    /// <summary>Why it cannot be had, in one sentence; null when it can.</summary>
    public string? Problem()
    {
        foreach (var (rule, dialect) in Able())
        {
            if (rule.Rule.Traits!.CanMatch && wanted.Matches.Select(pick => dialect.Obstacle(rule.Rule, pick)).FirstOrDefault(each => each is not null) is { } obstacle)
            {
                return $"{rule.Rule.Heading} of {route} {obstacle}";
            }

            if (wanted.IsMirrored && rule.Rule.Traits is { OwnMirror: null, NoMirror: { } full })
            {
                return $"{rule.Rule.Heading} of {route} {full}";
            }

            var rules = Users(rule.Rule.List).Count + (Able().Count(each => each.Rule.Rule.List == rule.Rule.List) * wanted.Matches.Count);
            if (!wanted.Matches.IsEmpty && rules > dialect.MaxRules)
            {
                return $"{route} would have {rules} {route.Kind.RuleNoun}s with those that match requests, and the API allows {dialect.MaxRules}: match by fewer headers and cookies, or divide the object.";
            }
        }

        return null;
    }

    /// <summary>Appends the operations; nothing when nothing is to be done.</summary>
    public void Write(JsonPatch patch)
    {
        Unmirror(patch);
        var isInStep = BesideReading.IsInStep(route, [.. _ours.Select(each => each.Rule)], wanted.Matches) && route.Twins.All(twin => _ours.Exists(each => each.Backend.Name == twin.Entry.Name && each.Backend.Subset == twin.Entry.Subset));
        if (!isInStep)
        {
            Remove(patch, route);
            Twins(patch);
        }

        foreach (var (rule, dialect) in Able())
        {
            if (wanted.IsMirrored && rule.Rule.Traits!.OwnMirror is null)
            {
                dialect.Mirror(patch, rule.Rule.At < 0 ? rule.Rule.Body : $"{rule.Rule.List}/{(isInStep ? rule.Rule.At : Final(rule.Rule))}", rule.Rule, rule.Backend, rule.Canary, rule.Count);
            }
        }
    }

    /// <summary>Takes twins away, the last one first: so the numbers of the others hold.</summary>
    public static void Remove(JsonPatch patch, RouteObject route)
    {
        foreach (var twin in route.Twins.OrderByDescending(twin => twin.At))
        {
            patch.Remove($"{twin.List}/{twin.At}");
        }
    }

    /// <summary>Takes our mirrors away.</summary>
    public static void Unmirror(JsonPatch patch, RouteObject route)
    {
        foreach (var rule in route.Rules.Where(rule => rule.Traits?.OwnMirror is not null))
        {
            route.Kind.DialectOf(rule)!.Unmirror(patch, rule.Body, rule, rule.Traits!.OwnMirror!);
        }
    }

    private void Unmirror(JsonPatch patch)
    {
        foreach (var rule in route.Rules.Where(rule => rule.Traits?.OwnMirror is not null))
        {
            var divided = _ours.Find(each => each.Rule == rule);
            if (!wanted.IsMirrored || divided is null)
            {
                route.Kind.DialectOf(rule)!.Unmirror(patch, rule.Body, rule, divided?.Mirror ?? rule.Traits!.OwnMirror!);
            }
        }
    }

    private void Twins(JsonPatch patch)
    {
        HashSet<string> names = [.. route.Rules.Select(rule => rule.Name).OfType<string>()];
        List<(DividedRule Rule, RuleDialect Dialect)> able = [.. Able().Where(each => each.Rule.Rule.Traits!.CanMatch)];
        var ends = able.Select(each => each.Rule.Rule.List).Distinct().ToDictionary(list => list, list => Users(list).Count, StringComparer.Ordinal);
        if (able is [var (_, first), ..] && first.IsOrdered)
        {
            // From the last one on, so the numbers of those before hold; each is put before the one that was put there last.
            able.Reverse();
        }

        foreach (var (rule, dialect) in able)
        {
            var at = Users(rule.Rule.List).IndexOf(rule.Rule);
            for (var index = 0; index < wanted.Matches.Count; index++)
            {
                var pick = wanted.Matches[dialect.IsOrdered ? wanted.Matches.Count - 1 - index : index];
                var (from, to) = dialect.IsOrdered ? (at + index, at) : (at, ends[rule.Rule.List]++);
                patch.Copy($"{rule.Rule.List}/{from}", $"{rule.Rule.List}/{to}");
                Twin(patch, $"{rule.Rule.List}/{to}", rule, dialect, pick, names);
            }
        }
    }

    private void Twin(JsonPatch patch, string path, DividedRule rule, RuleDialect dialect, RequestMatch pick, HashSet<string> names)
    {
        if (rule.Rule.OnlyMatches)
        {
            dialect.Lead(patch, path, rule.Rule, rule.Backend);
            dialect.Add(patch, path, rule.Rule, pick);
            return;
        }

        var list = rule.Rule.Path[(rule.Rule.Path.LastIndexOf('/') + 1)..];
        var (gone, canary) = dialect.KeepsStable ? ([], rule.Canary) : rule.OnTwin(hasMirror: wanted.IsMirrored);
        foreach (var index in gone)
        {
            patch.Remove($"{path}/{list}/{index}");
        }

        if (dialect.KeepsStable)
        {
            patch.Add($"{path}/{list}/{rule.Stable}/weight", route.Kind.Write(0, rule.Rule));
        }

        // It gets what the two got: alone everything, where 0 would be nothing.
        patch.Add($"{path}/{list}/{canary}/weight", route.Kind.Write(rule.Sum ?? route.Kind.Alone(CanaryWeight.Full).Canary, rule.Rule));
        if (wanted.IsMirrored && rule is { Mirror: { } mirror, IsMirrorAnEntry: false })
        {
            dialect.Unmirror(patch, path, rule.Rule, mirror);
        }

        if (rule.Rule.Name is { } name)
        {
            patch.Replace($"{path}/name", Unique(name, names));
        }

        dialect.Add(patch, path, rule.Rule, pick);
    }

    private static string Unique(string name, HashSet<string> names)
    {
        var unique = $"{name}-canary";
        for (var number = 2; !names.Add(unique); number++)
        {
            unique = $"{name}-canary-{number}";
        }

        return unique;
    }

    private IEnumerable<(DividedRule Rule, RuleDialect Dialect)> Able() =>
        from rule in _ours
        let dialect = route.Kind.DialectOf(rule.Rule)
        where dialect is not null && rule.Rule.Traits is not null
        select (rule, dialect);

    private List<RouteRule> Users(string list) => [.. route.Rules.Where(rule => rule.List == list)];

    /// <summary>Where a rule stands once all twins are written.</summary>
    private int Final(RouteRule rule)
    {
        var users = Users(rule.List);
        var at = users.IndexOf(rule);
        return route.Kind.DialectOf(rule) is { IsOrdered: true }
            ? at + (wanted.Matches.Count * Able().Count(each => each.Rule.Rule.List == rule.List && users.IndexOf(each.Rule.Rule) <= at))
            : at;
    }
}

/// <summary>A rule whose entries are divided, as it is after the operations on them.</summary>
/// <param name="Rule">The rule as it was seen.</param>
/// <param name="Stable">The index of stable's entry.</param>
/// <param name="Canary">The index of the canary's.</param>
/// <param name="Backend">The canary's entry.</param>
/// <param name="Inserted">The index at which an entry came in; null when none did.</param>
/// <param name="Sum">What the two weigh together; null where they are alone.</param>
internal sealed record DividedRule(RouteRule Rule, int Stable, int Canary, RouteBackend Backend, int? Inserted, int? Sum)
{
    /// <summary>How many entries it has, our mirror among them where that is one.</summary>
    public int Count => Rule.Backends.Count + (Inserted is null ? 0 : 1);

    /// <summary>Where our mirror stands now, below the rule; null when it has none.</summary>
    public string? Mirror => Rule.Traits?.OwnMirror is { } mirror && MirrorEntry is { } entry ? string.Create(CultureInfo.InvariantCulture, $"{mirror[..mirror.LastIndexOf('/')]}/{entry}") : Rule.Traits?.OwnMirror;

    /// <summary>Our mirror is one of the rule's entries.</summary>
    public bool IsMirrorAnEntry => MirrorEntry is not null;

    private int? MirrorEntry => Rule.Traits?.OwnMirror is { } mirror && Rule.Path.EndsWith('/' + mirror.Split('/')[0], StringComparison.Ordinal)
        && int.Parse(mirror.AsSpan(mirror.LastIndexOf('/') + 1), CultureInfo.InvariantCulture) is var entry ? entry + (Inserted <= entry ? 1 : 0) : null;

    /// <summary>Which entries of a copy go, the last one first, so that the canary's stands for the two; and where that is then. Others stay: what they get is not ours.</summary>
    /// <param name="hasMirror">Our mirror still is one of them, where it is an entry.</param>
    public (IReadOnlyList<int> Gone, int Canary) OnTwin(bool hasMirror)
    {
        var shift = !hasMirror && MirrorEntry is { } taken ? taken : int.MaxValue;
        var (stable, canary) = (Stable - (Stable > shift ? 1 : 0), Canary - (Canary > shift ? 1 : 0));
        List<int> gone = hasMirror && MirrorEntry is { } own ? [stable, own] : [stable];
        return ([.. gone.OrderDescending()], canary - gone.Count(index => index < canary));
    }
}

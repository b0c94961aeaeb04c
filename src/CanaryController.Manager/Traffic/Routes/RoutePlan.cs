using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// What is to be written so that an object divides as wanted: one patch, conditional on the version that was read, which touches names and weights of the pair's own entries only. An
/// entry that is divided is copied by the server, so filters and members that this program never heard of stand on both.
/// </summary>
internal sealed class RoutePlan
{
    private readonly RouteObject _route;
    private readonly BackendPair _pair;
    private readonly RouteEntries _rules;
    private IReadOnlyList<OriginalRule> _originals = [];
    private readonly bool _mayDivide;
    private readonly DateTimeOffset? _now;
    private bool _wasDivided;
    private bool _isCoarse;
    private readonly List<DividedRule> _divided = [];
    private int? _inserted;

    private RoutePlan(RouteObject route, BackendPair pair, bool mayDivide, DateTimeOffset? now) => (_route, _pair, _rules, _mayDivide, _now) = (route, pair, new(route.Kind, pair), mayDivide, now);

    /// <summary>The patch; null when nothing is to be written.</summary>
    public JsonPatch? Patch { get; private set; }

    /// <summary>The same without its condition, for whoever changes an object that is about to be stored.</summary>
    public JsonPatch? Changes { get; private set; }

    /// <summary>Why nothing can be written, in one sentence; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Why the canary cannot get what it is to get beside its weight, in one sentence: then the weight is written without it. Null when it can.</summary>
    public string? Unmet { get; private set; }

    /// <summary>Entries come or change their name: the Services behind them must be there, and who owned the rules is remembered.</summary>
    public bool Divides { get; private set; }

    /// <summary>The rules change, not only what is noted beside them.</summary>
    public bool ChangesRules => _rules.Patch.Count > 0;

    /// <summary>Plans.</summary>
    /// <param name="route">The object as it was seen.</param>
    /// <param name="pair">The two versions' entries.</param>
    /// <param name="weight">The canary's share.</param>
    /// <param name="mayDivide">There is a canary: entries that are whole are divided for it. Otherwise those are as good as divided.</param>
    /// <param name="fence">The present leader and term.</param>
    /// <param name="owners">Who owns the rules now, for the note at a division.</param>
    /// <param name="beside">What the canary gets beside its weight; null = nothing.</param>
    /// <param name="now">When it is written; null for whoever changes an object that is about to be stored.</param>
    public static RoutePlan Of(RouteObject route, BackendPair pair, CanaryWeight weight, bool mayDivide, string fence, JsonArray? owners = null, BesideWeight? beside = null, DateTimeOffset? now = null)
    {
        var plan = new RoutePlan(route, pair, mayDivide, now) { Problem = weight > CanaryWeight.Zero ? Unnamed(route, pair) : null };
        var original = OriginalRoute.Of(route);
        plan._originals = original?.Rules ?? [];
        plan._wasDivided = plan._originals.Any(rule => !rule.Pair);
        var ours = 0;
        for (var index = 0; index < route.Rules.Count && plan.Problem is null; index++)
        {
            var (rule, former) = (route.Rules[index], original?.Pair ?? default);
            var place = weight == CanaryWeight.Zero && original?.Rule(index) is { Pair: false } ? pair.FindBack(rule, former) : pair.Find(rule, former);
            if (place.IsOurs)
            {
                ours++;
                plan.Rule(index, place, weight);
            }
            else if (pair.FindBeside(route.Rules[index]) is { } entry)
            {
                ours++;
                plan.Beside(index, route.Rules[index], entry);
            }
        }

        if (ours == 0)
        {
            plan.Problem ??= RouteSplit.Of(route, pair, default).Problem;
        }

        if (plan.Problem is null)
        {
            plan.Finish(weight, fence, original, owners, plan.Beside(beside ?? BesideWeight.None));
        }

        return plan;
    }

    /// <summary>Writes what the canary gets beside its weight, and tells what that is.</summary>
    private BesideWeight Beside(BesideWeight wanted)
    {
        Unmet = Planned(wanted).Problem();
        var beside = Unmet is null ? wanted : BesideWeight.None;
        Planned(beside).Write(_rules.Patch);
        Divides |= (beside.IsMirrored && _divided.Exists(each => each.Rule is { OnlyMirrors: true, Traits.OwnMirror: null }))
            || (!beside.Matches.IsEmpty && _route.Twins.IsEmpty && _divided.Exists(each => each.Rule.OnlyMatches));
        return beside;
    }

    /// <summary>A rule that divides nothing: where it mirrors, its entry takes the canary's name meanwhile.</summary>
    private void Beside(int index, RouteRule rule, int at)
    {
        if (_pair.Canary is not { } canary)
        {
            return;
        }

        var entry = rule.Backends[at];
        _originals = rule.OnlyMirrors && rule.Traits?.OwnMirror is null ? OriginalRoute.With(_originals, new(index, entry.Name, entry.Weight, Pair: false)) : _originals;
        _divided.Add(new(rule, at, at, _pair.Renamed(entry, canary), null, null));
    }

    private BesidePlan Planned(BesideWeight wanted)
    {
        var plan = new BesidePlan(_route, wanted);
        _divided.ForEach(plan.Add);
        return plan;
    }

    /// <summary>A rule that the rollout names and that is not there would go on to get no canary, unnoticed. That never keeps requests from returning to stable.</summary>
    private static string? Unnamed(RouteObject route, BackendPair pair) =>
        pair.Only.FirstOrDefault(name => route.Rules.All(rule => rule.Name != name)) is { } missing
            ? $"{route} has no {route.Kind.RuleNoun} named {missing}: correct the names in the Rollout, or name the {route.Kind.RuleNoun}."
            : null;

    private void Rule(int index, PairPlace place, CanaryWeight weight)
    {
        if (Obstacle(place) is { } obstacle)
        {
            Problem = weight == CanaryWeight.Zero && CanWithdraw(place) ? null : obstacle;
            if (Problem is null)
            {
                Note(index, place);
                Withdraw(place);
            }

            return;
        }

        Note(index, place);
        _inserted = null;
        var (stable, canary) = Entries(place);
        if (stable is { } own && canary is { } theirs)
        {
            _divided.Add(new(place.Rule, own.At, theirs.At, theirs.Backend, _inserted, place.IsAlone ? null : (int)place.Sum));
        }

        var wanted = place.IsAlone ? Alone(index, weight) : PairWeights.Beside(weight, (int)place.Sum);
        _isCoarse |= !place.IsAlone;
        if (stable is { } s && canary is { } c)
        {
            var isExact = place.IsAlone && place.IsPair && place.Former is null && new PairWeights(place.Share(place.Stable), place.Share(place.Canary)).IsExactly(weight);
            _rules.Weigh(place.Rule, s, isExact ? null : wanted.Stable);
            _rules.Weigh(place.Rule, c, isExact ? null : wanted.Canary);
            if (place is { IsPair: true, Former: { } third })
            {
                _rules.Weigh(place.Rule, new(third, place.Rule.Backends[third]), 0);
            }
        }
        else if (stable is { } only && place.Former is { } other)
        {
            // Stable alone is known, and another version's entry is still there: it gets nothing.
            _rules.Weigh(place.Rule, only, (int)place.Sum == 0 ? 1 : (int)place.Sum);
            _rules.Weigh(place.Rule, new(other, place.Rule.Backends[other]), 0);
        }
    }

    /// <summary>Who wrote a large weight where any would do wants large ones: an implementation may divide them by the number of pods, to whole numbers.</summary>
    private PairWeights Alone(int index, CanaryWeight weight) =>
        _originals.FirstOrDefault(rule => rule.Rule == index) is { Pair: false, Weight: > 0 and var written } && written % CanaryWeight.WholeBasisPoints == 0
            ? PairWeights.Times(weight, written / CanaryWeight.WholeBasisPoints)
            : _route.Kind.Alone(weight);

    /// <summary>Remembers what a rule was before it was divided.</summary>
    private void Note(int index, PairPlace place)
    {
        var known = _originals.FirstOrDefault(rule => rule.Rule == index);
        if (known is not null && (place.IsPair || place.Former is not null))
        {
            return;
        }

        if (place.IsPair && _wasDivided && !_pair.IsExternal)
        {
            // Rules are known by their number: this one came or moved since, by a copy of what we wrote. Its entries lead to Services of ours, which go.
            _originals = OriginalRoute.With(_originals, new(index, _pair.BySubset ? "" : _pair.Service, null, Pair: false));
            return;
        }

        var entry = place.Rule.Backends[(place.Stable ?? place.Apex ?? place.Canary)!.Value];
        _originals = OriginalRoute.With(_originals, new(index, _pair.KeyOf(entry), place.IsPair ? (int)Math.Min(place.Sum, int.MaxValue) : entry.Weight, place.IsPair));
    }

    /// <summary>What cannot be divided can be given back all the same: nothing keeps the canary's requests from returning. Where nobody has a weight, one for stable would take others' requests.</summary>
    private static bool CanWithdraw(PairPlace place) => place.IsPair && (place.IsAlone || place.Rule.Obstacle is null);

    /// <summary>Takes all from the canary's entries, however many there are, and gives it to stable's.</summary>
    private void Withdraw(PairPlace place)
    {
        if (place.CanaryShare > 0)
        {
            var (stable, backends) = (place.Stable!.Value, place.Rule.Backends);
            _rules.Weigh(place.Rule, new(stable, backends[stable]), (int)Math.Min(place.Share(place.Stable) + place.CanaryShare, int.MaxValue));
            foreach (var canary in (IEnumerable<int>)[place.Canary!.Value, .. place.Again])
            {
                _rules.Weigh(place.Rule, new(canary, backends[canary]), 0);
            }
        }
    }

    private string? Obstacle(PairPlace place) =>
        place.Twice
            ? $"{place.Rule.Heading} of {_route} sends to Service {_pair.Service} by more than one entry: only one can be divided; set service.port, or write one entry."
        : place is { IsAlone: false, Rule.Obstacle: { } obstacle }
            ? $"{place.Rule.Heading} of {_route} {obstacle}"
        : _mayDivide && !place.IsPair && place.Former is null && place.Rule.Backends.Count >= _route.Kind.MaxBackends
            ? $"{place.Rule.Heading} of {_route} has {place.Rule.Backends.Count} entries, and the API allows {_route.Kind.MaxBackends}: there is no room for the canary's."
        : !place.IsAlone && place.Sum is < PairWeights.LeastSum or > int.MaxValue
            ? $"Service {_pair.Service} weighs {place.Sum} beside other backends in {place.Rule.Title} of {_route}, which cannot be divided: write larger weights, like 100 for each 1."
        : null;

    /// <summary>Makes the two entries, and tells where they then are.</summary>
    private (RouteEntry? Stable, RouteEntry? Canary) Entries(PairPlace place)
    {
        var (rule, backends) = (place.Rule, place.Rule.Backends);
        if (place.Stable is { } s && place.Canary is { } c)
        {
            return (new(s, backends[s]), new(c, backends[c]));
        }

        if ((place.Stable ?? place.Apex) is { } whole)
        {
            if (!_mayDivide || _pair.Canary is not { } name)
            {
                return (place.Stable is null ? null : new(whole, backends[whole]), null);
            }

            Divides = true;
            _rules.Test(rule, new(whole, backends[whole]));
            var stable = _rules.Rename(rule, new(whole, backends[whole]), _pair.Stable);
            if ((place.Canary ?? place.Former) is { } other)
            {
                _rules.Test(rule, new(other, backends[other]));
                return (stable, _rules.Rename(rule, new(other, backends[other]), name));
            }

            _inserted = whole + 1;
            _rules.Copy(rule, whole, whole + 1);
            return (stable, _rules.Rename(rule, stable with { At = whole + 1 }, name));
        }

        var only = place.Canary!.Value;
        Divides = true;
        _rules.Test(rule, new(only, backends[only]));
        _inserted = only;
        _rules.Copy(rule, only, only);
        return (_rules.Rename(rule, new(only, backends[only]), _pair.Stable), new(only + 1, backends[only]));
    }

    private void Finish(CanaryWeight weight, string fence, OriginalRoute? original, JsonArray? owners, BesideWeight beside)
    {
        var note = RouteSplit.Note(weight);
        var isNoted = !_isCoarse || _route.Meta.Annotations.GetValueOrDefault(RouteAnnotations.Split) == note;
        var isFenced = _route.Meta.Fence() == fence;
        var isBesideNoted = (original?.Beside ?? BesideWeight.None) == beside;
        if (!ChangesRules && isNoted && isFenced && isBesideNoted)
        {
            return;
        }

        Changes = new JsonPatch().Then(_rules.Patch);
        Changes.Annotate(_route.Meta, _route.HasAnnotations, (RouteAnnotations.Split, note), (Marks.FenceAnnotation, fence));
        if (ChangesRules || !isBesideNoted)
        {
            var isNew = original is null || owners is not null;
            var next = new OriginalRoute(_pair.Stable, _pair.Canary ?? original?.Pair.Other(_pair.Stable), _originals, isNew ? owners : original!.Owners).With(beside, _pair);
            Changes.Annotate(_route.Meta, hasAnnotations: true, (RouteAnnotations.Original, next.ToString()));
            if (ChangesRules && _now is { } now && _route.Kind.Mark(_route, now) is { } mark)
            {
                Changes.Annotate(_route.Meta, hasAnnotations: true, (RouteAnnotations.AnsweredBefore, mark));
            }
        }

        Patch = JsonPatch.At(_route.Meta.ResourceVersion).Then(Changes);
    }
}

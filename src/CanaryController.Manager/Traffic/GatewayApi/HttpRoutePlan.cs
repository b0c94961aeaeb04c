using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// What is to be written so that an HTTPRoute divides as wanted: one patch, conditional on the version that was read, which touches names and weights of the pair's own entries only. An
/// entry that is divided is copied by the server, so filters and members that this program never heard of stand on both.
/// </summary>
internal sealed class HttpRoutePlan
{
    /// <summary>Most entries that the API allows in a rule.</summary>
    public const int MaxBackends = 16;

    private readonly JsonPatch _rules = new();
    private IReadOnlyList<OriginalRule> _originals = [];
    private readonly bool _mayDivide;
    private bool _isCoarse;

    private HttpRoutePlan(bool mayDivide) => _mayDivide = mayDivide;

    /// <summary>The patch; null when nothing is to be written.</summary>
    public JsonPatch? Patch { get; private set; }

    /// <summary>The same without its condition, for whoever changes an object that is about to be stored.</summary>
    public JsonPatch? Changes { get; private set; }

    /// <summary>Why nothing can be written, in one sentence; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Entries come or change their name: the Services behind them must be there, and who owned the rules is remembered.</summary>
    public bool Divides { get; private set; }

    /// <summary>The rules change, not only what is noted beside them.</summary>
    public bool ChangesRules => _rules.Count > 0;

    /// <summary>Plans.</summary>
    /// <param name="route">The route as it was seen.</param>
    /// <param name="pair">The two Services.</param>
    /// <param name="weight">The canary's share.</param>
    /// <param name="mayDivide">There is a canary: entries that are whole are divided for it. Otherwise those are as good as divided.</param>
    /// <param name="fence">The present leader and term.</param>
    /// <param name="owners">Who owns the rules now, for the note at a division.</param>
    public static HttpRoutePlan Of(HttpRouteObject route, BackendPair pair, CanaryWeight weight, bool mayDivide, string fence, JsonArray? owners = null)
    {
        var plan = new HttpRoutePlan(mayDivide);
        var original = OriginalRoute.Of(route);
        plan._originals = original?.Rules ?? [];
        var ours = 0;
        for (var index = 0; index < route.Rules.Count && plan.Problem is null; index++)
        {
            var place = pair.Find(route.Rules[index], original?.Pair ?? default);
            if (place.IsOurs)
            {
                ours++;
                plan.Rule(route.Meta, index, place, pair, weight);
            }
        }

        if (ours == 0)
        {
            plan.Problem = RouteSplit.Of(route, pair, default).Problem;
        }

        if (plan.Problem is null)
        {
            plan.Finish(route, pair, weight, fence, original, owners);
        }

        return plan;
    }

    private void Rule(ObjectMeta meta, int index, PairPlace place, BackendPair pair, CanaryWeight weight)
    {
        Problem = Obstacle(meta, index, place, pair);
        if (Problem is not null)
        {
            return;
        }

        if (_originals.All(rule => rule.Rule != index) || !place.IsPair)
        {
            var entry = place.Rule.Backends[(place.Stable ?? place.Apex ?? place.Canary)!.Value];
            var known = _originals.FirstOrDefault(rule => rule.Rule == index);
            var isRenamed = place is { Former: not null, IsPair: false } && known is not null;
            _originals = isRenamed ? _originals : OriginalRoute.With(_originals, new(index, entry.Name, place.IsPair ? (int)place.Sum : entry.Weight, place.IsPair));
        }

        var (stable, canary) = Entries(index, place, pair);
        var wanted = place.IsAlone ? PairWeights.Alone(weight) : PairWeights.Beside(weight, (int)place.Sum);
        _isCoarse |= !place.IsAlone;
        if (stable is { } s && canary is { } c)
        {
            var isExact = place.IsAlone && place.IsPair && place.Former is null && new PairWeights(place.Share(place.Stable), place.Share(place.Canary)).IsExactly(weight);
            Weigh(index, s, isExact ? null : wanted.Stable);
            Weigh(index, c, isExact ? null : wanted.Canary);
            if (place is { IsPair: true, Former: { } third })
            {
                Weigh(index, new(third, place.Share(third), place.Rule.Backends[third].Name), 0);
            }
        }
        else if (stable is { } only && place.Former is { } other)
        {
            // Stable alone is known, and another version's entry is still there: it gets nothing.
            Weigh(index, only, (int)place.Sum == 0 ? 1 : (int)place.Sum);
            Weigh(index, new(other, place.Share(other), place.Rule.Backends[other].Name), 0);
        }
    }

    private string? Obstacle(ObjectMeta meta, int index, PairPlace place, BackendPair pair) =>
        place.Twice
            ? $"Rule {index + 1} of HTTPRoute {meta.Name} sends to Service {pair.Service} by more than one entry: only one can be divided; set service.port, or write one entry."
        : _mayDivide && !place.IsPair && place.Former is null && place.Rule.Backends.Count >= MaxBackends
            ? $"Rule {index + 1} of HTTPRoute {meta.Name} has {place.Rule.Backends.Count} backendRefs, and the API allows {MaxBackends}: there is no room for the canary's."
        : !place.IsAlone && place.Sum is < PairWeights.LeastSum or > int.MaxValue
            ? $"Service {pair.Service} weighs {place.Sum} beside other backends in rule {index + 1} of HTTPRoute {meta.Name}, which cannot be divided: write larger weights, like 100 for each 1."
        : null;

    /// <summary>Makes the two entries, and tells where they then are.</summary>
    private (Entry? Stable, Entry? Canary) Entries(int index, PairPlace place, BackendPair pair)
    {
        var backends = place.Rule.Backends;
        if (place.Stable is { } s && place.Canary is { } c)
        {
            return (new(s, backends[s].Weight, pair.Stable), new(c, backends[c].Weight, pair.Canary!));
        }

        if ((place.Stable ?? place.Apex) is { } whole)
        {
            var stable = new Entry(whole, backends[whole].Weight, pair.Stable);
            if (!_mayDivide || pair.Canary is not { } name)
            {
                return (place.Stable is null ? null : stable, null);
            }

            Divides = true;
            Test(index, whole, backends[whole].Name);
            Name(index, whole, backends[whole].Name, pair.Stable);
            if ((place.Canary ?? place.Former) is { } other)
            {
                Test(index, other, backends[other].Name);
                Name(index, other, backends[other].Name, name);
                return (stable, new(other, backends[other].Weight, name));
            }

            _rules.Copy(Path(index, whole), Path(index, whole + 1));
            Name(index, whole + 1, pair.Stable, name);
            return (stable, new(whole + 1, backends[whole].Weight, name));
        }

        var only = place.Canary!.Value;
        Divides = true;
        Test(index, only, backends[only].Name);
        _rules.Copy(Path(index, only), Path(index, only));
        Name(index, only, pair.Canary!, pair.Stable);
        return (new(only, backends[only].Weight, pair.Stable), new(only + 1, backends[only].Weight, pair.Canary!));
    }

    private void Finish(HttpRouteObject route, BackendPair pair, CanaryWeight weight, string fence, OriginalRoute? original, JsonArray? owners)
    {
        var note = RouteSplit.Note(weight);
        var isNoted = !_isCoarse || route.Meta.Annotations.GetValueOrDefault(RouteAnnotations.Split) == note;
        var isFenced = route.Meta.Fence() == fence;
        if (!ChangesRules && isNoted && isFenced)
        {
            return;
        }

        Changes = new JsonPatch().Then(_rules);
        Changes.Annotate(route.Meta, route.HasAnnotations, (RouteAnnotations.Split, note), (Marks.FenceAnnotation, fence));
        if (ChangesRules)
        {
            var isNew = original is null || owners is not null;
            var next = new OriginalRoute(pair.Stable, pair.Canary ?? original?.Pair.Other(pair.Stable), _originals, isNew ? owners : original!.Owners);
            Changes.Annotate(route.Meta, hasAnnotations: true, (RouteAnnotations.Original, next.ToString()));
        }

        Patch = JsonPatch.At(route.Meta.ResourceVersion).Then(Changes);
    }

    private void Weigh(int index, Entry entry, int? weight)
    {
        if (weight is { } wanted && (entry.Weight ?? 1) != wanted)
        {
            Test(index, entry.At, entry.Name);
            _rules.Add($"{Path(index, entry.At)}/weight", wanted);
        }
    }

    private void Test(int index, int entry, string name) => _rules.Test($"{Path(index, entry)}/name", name);

    private void Name(int index, int entry, string now, string name)
    {
        if (now != name)
        {
            _rules.Replace($"{Path(index, entry)}/name", JsonValue.Create(name));
        }
    }

    private static string Path(int rule, int entry) => $"/spec/rules/{rule}/backendRefs/{entry}";

    private readonly record struct Entry(int At, int? Weight, string Name);
}

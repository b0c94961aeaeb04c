using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// All that routers differ in whose weights stand in lists of an object: where the lists are, how an entry is named, and what tells that they were taken up. Reading, patching, verifying,
/// contention and giving back are the same for all of them (ADR 0008). A kind holds no state, there is one instance of each, and it is compared by reference.
/// </summary>
internal abstract class RouteKind
{
    /// <summary>The versions of the API that this program speaks, the preferred one first: the first that the cluster serves is used.</summary>
    public abstract IReadOnlyList<ObjectKind> Versions { get; }

    /// <summary>For people, and in index keys: <c>HTTPRoute</c>. No two kinds have the same.</summary>
    public virtual string Name => Versions[0].Kind;

    /// <summary>The members of <c>spec</c> that hold the lists, as managedFields write them: <c>f:rules</c>. Who owns them gets them back at the end.</summary>
    public abstract IReadOnlyList<string> Members { get; }

    /// <summary>Most entries that the API allows in a list.</summary>
    public virtual int MaxBackends => int.MaxValue;

    /// <summary>Where an entry says its service, below the entry: <c>name</c>.</summary>
    public virtual string NameField => "name";

    /// <summary>Where it says the part of the service; null when the kind has no such field.</summary>
    public virtual string? SubsetField => null;

    /// <summary>What its lists are called: <c>rule</c>.</summary>
    public virtual string RuleNoun => "rule";

    /// <summary>The entry that people have to write so that there is something to divide: <c>backendRef {name: web, port: 80}</c>.</summary>
    public abstract string Entry(BackendPair pair);

    /// <summary>The lists of an object, in order. A member of another type than the API has counts as missing.</summary>
    public abstract IEnumerable<RouteRule> Rules(JsonElement item);

    /// <summary>What the system that carries the object out says of it. A kind whose systems say nothing is taken up as soon as it is stored.</summary>
    public virtual RouteAcceptance Acceptance(JsonElement item, ObjectMeta meta) => new(IsTakenUp: true, null);

    /// <summary>When the system that carries the object out answered last, as the status has it; null where no time is needed to tell an answer to a change from an earlier one.</summary>
    public virtual string? AnsweredAt(JsonElement item) => null;

    /// <summary>What a change at <paramref name="now"/> notes (<see cref="RouteAnnotations.AnsweredBefore"/>), by which <see cref="Acceptance"/> tells an answer to it from an earlier one; null where the status itself tells.</summary>
    public virtual string? Mark(RouteObject route, DateTimeOffset now) => null;

    /// <summary>Why nothing of an object can be divided, or where it sends to by other objects, in one sentence: told when none of its lists sends to the service. Null when its lists say.</summary>
    public virtual string? Elsewhere(JsonElement item, ObjectMeta meta) => null;

    /// <summary>Why no object of the kind mirrors or matches, where the rollout divides nothing else, as the end of a sentence; with what mends it.</summary>
    /// <param name="pair">The versions.</param>
    /// <param name="mirrors">It is asked to mirror, otherwise to match.</param>
    public virtual string Incapable(BackendPair pair, bool mirrors) => "it carries connections. Leave that out of the step, or name a route of requests.";

    /// <summary>The same of each controller that answered; none for kinds whose status names none.</summary>
    public virtual IEnumerable<ControllerAcceptance> Controllers(JsonElement item, ObjectMeta meta) => [];

    /// <summary>The Services whose clients the object carries; none for one that stands behind a gateway.</summary>
    public virtual IEnumerable<RouteFront> Fronts(JsonElement item, ObjectMeta meta) => [];

    /// <summary>The weights of a pair that is alone in its list.</summary>
    public virtual PairWeights Alone(CanaryWeight weight) => PairWeights.Alone(weight);

    /// <summary>What an entry weighs that says no weight, wherever it stands; null when that depends on the others.</summary>
    public virtual int? UnwrittenWeight => null;

    /// <summary>A weight as the object writes it.</summary>
    public virtual JsonNode Write(int weight) => JsonValue.Create(weight);

    /// <summary>What is read of an object of a list; the rest is dropped before anything is made of it.</summary>
    public virtual KeptFields Kept => KeptFields.AllButMetadata();

    /// <summary>A weight as <paramref name="rule"/> writes it.</summary>
    public virtual JsonNode Write(int weight, RouteRule rule) => Write(weight);

    /// <summary>How a rule asks for headers and mirrors; null where it can do neither.</summary>
    public virtual RuleDialect? DialectOf(RouteRule rule) => null;

    /// <summary>Reads an object.</summary>
    public RouteObject Project(JsonElement item, ObjectKind served) => Project(item, served, null);

    /// <summary>Reads an object that says itself what we added to it, or else has <paramref name="note"/>.</summary>
    public RouteObject Project(JsonElement item, ObjectKind served, OriginalRoute? note)
    {
        var meta = ObjectMeta.Read(item);
        var (rules, twins) = RouteTwin.Sort(this, item, Rules(item), OriginalRoute.Of(meta) ?? note);
        return new()
        {
            Meta = meta,
            Kind = this,
            Served = served,
            HasAnnotations = item.At("metadata", "annotations") is { ValueKind: JsonValueKind.Object },
            Rules = rules,
            Twins = twins,
            Acceptance = Acceptance(item, meta),
            AnsweredAt = AnsweredAt(item),
            Controllers = [.. Controllers(item, meta)],
            Fronts = [.. Fronts(item, meta)],
            Elsewhere = Elsewhere(item, meta),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

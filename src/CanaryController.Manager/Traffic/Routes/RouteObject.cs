using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// What is kept of an object that divides requests, of whatever kind: where its rules send to, and whether that was taken up. Of matches and filters only what
/// has to be known to add some; timeouts and others are never needed, because they are never written.
/// </summary>
internal sealed record RouteObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>What it looks like.</summary>
    public required RouteKind Kind { get; init; }

    /// <inheritdoc/>
    public required ObjectKind Served { get; init; }

    /// <summary>The object has annotations, be it only kubectl's copy: a patch that created them would drop that.</summary>
    public bool HasAnnotations { get; init; }

    /// <summary>Its rules, in order; of all its lists, one after the other. Those that we added are not among them.</summary>
    public EquatableArray<RouteRule> Rules { get; init; }

    /// <summary>The rules that we added for matches.</summary>
    public EquatableArray<RouteTwin> Twins { get; init; }

    /// <summary>What the system that carries it out says of it.</summary>
    public RouteAcceptance Acceptance { get; init; }

    /// <summary>When that was said, as the status has it; null where it does not matter.</summary>
    public string? AnsweredAt { get; init; }

    /// <summary>Where it sends to by other objects; null when it does not.</summary>
    public string? Elsewhere { get; init; }

    /// <summary>What each controller says that answered; empty for kinds whose status names none.</summary>
    public EquatableArray<ControllerAcceptance> Controllers { get; init; }

    /// <summary>The Services whose clients it carries; empty for one that stands behind a gateway.</summary>
    public EquatableArray<RouteFront> Fronts { get; init; }

    /// <summary>What <paramref name="router"/> says of it: a mesh does not answer for the gateways that carry it too.</summary>
    public RouteAcceptance AcceptanceBy(RouterType router) => RouteKinds.ControllerOf(router) is { } controller
        ? Controllers.FirstOrDefault(each => each.Controller == controller).Acceptance
        : Acceptance;

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>Names it.</summary>
    public RouteId Id => new(Kind, Meta.Name);

    /// <summary>For people: <c>HTTPRoute shop/web</c>.</summary>
    public override string ToString() => Id.ToString();
}

/// <summary>Names an object that divides requests.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Name">Which one.</param>
internal readonly record struct RouteId(RouteKind Kind, ObjectName Name)
{
    /// <summary>For people: <c>HTTPRoute shop/web</c>.</summary>
    public override string ToString() => $"{Kind.Name} {Name}";
}

/// <summary>A list of entries that share what a rule sends.</summary>
/// <param name="Path">Where the list stands in the object, as a JSON Pointer: <c>/spec/rules/0/backendRefs</c>.</param>
/// <param name="Title">For people: <c>rule 1</c>.</param>
/// <param name="Name">Its own name; null when it has none.</param>
/// <param name="Backends">Where it sends to, in order.</param>
internal sealed record RouteRule(string Path, string Title, string? Name, EquatableArray<RouteBackend> Backends)
{
    /// <summary>The types of its filters, like <c>RequestMirror</c>; empty where the kind has none.</summary>
    public EquatableArray<string> Filters { get; init; }

    /// <summary>Those of its entries' filters.</summary>
    public EquatableArray<string> EntryFilters { get; init; }

    /// <summary>How its entries write their weights.</summary>
    public WeightForm Form { get; init; }

    /// <summary>The rule itself: <c>/spec/rules/0</c>.</summary>
    public string Body => Path[..Path.LastIndexOf('/')];

    /// <summary>The list that it stands in: <c>/spec/rules</c>.</summary>
    public string List => Body[..Body.LastIndexOf('/')];

    /// <summary>Its index there; -1 for one that stands in none.</summary>
    public int At => int.TryParse(Body.AsSpan(Body.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture, out var index) ? index : -1;

    /// <summary>What has to be known to add matches and mirrors; null where there are none.</summary>
    public RuleTraits? Traits { get; init; }

    /// <summary>What of it stands on its twins too, as a text; null in an object without twins.</summary>
    public string? Mark { get; init; }

    /// <summary>Its entries get copies alone, and it divides nothing: a mirror can be put there.</summary>
    public bool OnlyMirrors { get; init; }

    /// <summary>It leads to one place and divides nothing: copies of it can lead matched requests to the canary.</summary>
    public bool OnlyMatches { get; init; }

    /// <summary>The same at the beginning of a sentence: <c>Rule 1</c>.</summary>
    public string Heading => char.ToUpperInvariant(Title[0]) + Title[1..];

    /// <summary>Why its weights cannot be changed, as the end of a sentence that begins with its title; null when they can.</summary>
    public string? Obstacle { get; init; }
}

/// <summary>An entry of a rule.</summary>
/// <param name="Group">The kind's API group; empty for Services.</param>
/// <param name="Kind">The kind; <c>Service</c> where nothing else is said.</param>
/// <param name="Namespace">The namespace; null for the route's own.</param>
/// <param name="Name">The name.</param>
/// <param name="Port">The port; null when it is not said.</param>
/// <param name="Weight">What is written as its weight, in the kind's units; null when nothing is.</param>
/// <param name="Share">What it counts beside the others.</param>
internal sealed record RouteBackend(string Group, string Kind, string? Namespace, string Name, int? Port, int? Weight, int Share)
{
    /// <summary>
    /// The name as it is written: it begins with <see cref="Name"/> and may be longer, like <c>web.shop.svc.cluster.local</c>; empty where the name follows from something else.
    /// </summary>
    public string Text { get; init; } = Name;

    /// <summary>The part of the service that it names, where the kind has such; null when it names none.</summary>
    public string? Subset { get; init; }

    /// <summary>It takes a part of the requests; false for a mirror, which gets copies, and is nobody's to divide.</summary>
    public bool IsShare { get; init; } = true;

    /// <summary>As another service's name is written in the same form.</summary>
    public string TextOf(string name) => Text.Length == 0 ? name : name + Text[Name.Length..];
}

/// <summary>A Service whose clients an object carries.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Service">Its name.</param>
/// <param name="Port">The port that is carried; null = all.</param>
internal sealed record RouteFront(string Namespace, string Service, int? Port);

/// <summary>How weights are written in a list.</summary>
internal enum WeightForm
{
    /// <summary>As numbers.</summary>
    Number,

    /// <summary>As texts of whole numbers: <c>"5"</c>.</summary>
    Text,

    /// <summary>As texts of thousandths: <c>"5m"</c>.</summary>
    Thousandths,
}

using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of an HTTPRoute: where its rules send to, and what its parents say. Matches, filters and timeouts are never needed, because they are never written.</summary>
internal sealed record HttpRouteObject : ICached
{
    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of("spec.rules.backendRefs", "spec.parentRefs", "status.parents");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The object has annotations, be it only kubectl's copy: a patch that created them would drop that.</summary>
    public bool HasAnnotations { get; init; }

    /// <summary>Its rules, in order.</summary>
    public EquatableArray<HttpRouteRule> Rules { get; init; }

    /// <summary>What it wants to be attached to, in order.</summary>
    public EquatableArray<RouteParentRef> ParentRefs { get; init; }

    /// <summary>Who answered, in order: a controller and a parent each.</summary>
    public EquatableArray<RouteParentStatus> Parents { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>Reads an HTTPRoute.</summary>
    public static HttpRouteObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        return new()
        {
            Meta = meta,
            HasAnnotations = item.At("metadata", "annotations") is { ValueKind: JsonValueKind.Object },
            Rules = [.. item.Items("spec", "rules").Select(rule => new HttpRouteRule([.. rule.Items("backendRefs").Select(RouteBackend.Read)]))],
            ParentRefs = [.. item.Items("spec", "parentRefs").Select(each => RouteParentRef.Read(each, meta.Name.Namespace))],
            Parents = [.. item.Items("status", "parents").Select(each => RouteParentStatus.Read(each, meta.Name.Namespace))],
        };
    }
}

/// <summary>A rule of an HTTPRoute.</summary>
/// <param name="Backends">Where it sends to, in order.</param>
internal sealed record HttpRouteRule(EquatableArray<RouteBackend> Backends);

/// <summary>An entry of a rule's <c>backendRefs</c>.</summary>
/// <param name="Group">The kind's API group; empty for Services.</param>
/// <param name="Kind">The kind; <c>Service</c> when it is not said.</param>
/// <param name="Namespace">The namespace; null for the route's own.</param>
/// <param name="Name">The name.</param>
/// <param name="Port">The port; null when it is not said.</param>
/// <param name="Weight">The relative weight, 0 to 1,000,000; null when it is not said, which means 1.</param>
/// <param name="HasFilters">It has filters of its own.</param>
internal sealed record RouteBackend(string Group, string Kind, string? Namespace, string Name, int? Port, int? Weight, bool HasFilters)
{
    /// <summary>What it counts beside the others.</summary>
    public int Share => Weight ?? 1;

    /// <summary>Reads an entry.</summary>
    public static RouteBackend Read(JsonElement item) => new(
        item.Text("group") is { } group and not "core" ? group : "", item.Text("kind") ?? "Service", item.Text("namespace"), item.Text("name") ?? "", item.Int("port"), item.Int("weight"),
        item.Items("filters").Any());
}

/// <summary>Names what a route is attached to, with the API's defaults filled in and the group <c>core</c>, as Linkerd writes it, as the empty one.</summary>
internal sealed record RouteParentRef(string Group, string Kind, string Namespace, string Name, string? Section, int? Port)
{
    /// <summary>Reads a parentRef of a route in <paramref name="ns"/>.</summary>
    public static RouteParentRef Read(JsonElement item, string ns) => new(
        (item.Text("group") ?? "gateway.networking.k8s.io") is var group && group == "core" ? "" : group,
        item.Text("kind") ?? "Gateway", item.Text("namespace") ?? ns, item.Text("name") ?? "", item.Text("sectionName"), item.Int("port"));

    /// <summary>For people: <c>Gateway infra/public</c>.</summary>
    public override string ToString() => $"{Kind} {Namespace}/{Name}{(Section is null ? "" : $" ({Section})")}{(Port is null ? "" : $" port {Port}")}";
}

/// <summary>What a controller says of a route at a parent.</summary>
/// <param name="Parent">The parent.</param>
/// <param name="Controller">The controller's name.</param>
/// <param name="Conditions">Accepted and ResolvedRefs; the others are not kept.</param>
internal sealed record RouteParentStatus(RouteParentRef Parent, string Controller, EquatableArray<RouteCondition> Conditions)
{
    /// <summary>Reads an item of <c>status.parents</c>.</summary>
    public static RouteParentStatus Read(JsonElement item, string ns) => new(
        RouteParentRef.Read(item.At("parentRef") ?? default, ns),
        item.Text("controllerName") ?? "",
        [.. item.Items("conditions").Where(each => each.Text("type") is RouteCondition.Accepted or RouteCondition.ResolvedRefs).Select(RouteCondition.Read)]);
}

/// <summary>A condition of a route at a parent.</summary>
/// <param name="Type">Its type.</param>
/// <param name="IsTrue">Its status is True.</param>
/// <param name="Reason">Why, in a word.</param>
/// <param name="Message">Why, in a sentence.</param>
/// <param name="ObservedGeneration">Of which generation that is said; null when the controller does not say, as Linkerd's.</param>
internal sealed record RouteCondition(string Type, bool IsTrue, string Reason, string Message, long? ObservedGeneration)
{
    /// <summary>The parent takes the route.</summary>
    public const string Accepted = "Accepted";

    /// <summary>All backends are there.</summary>
    public const string ResolvedRefs = "ResolvedRefs";

    /// <summary>Reads a condition.</summary>
    public static RouteCondition Read(JsonElement item) => new(
        item.Text("type") ?? "", item.Text("status") == "True", item.Text("reason") ?? "", item.Text("message") ?? "", item.Long("observedGeneration"));
}

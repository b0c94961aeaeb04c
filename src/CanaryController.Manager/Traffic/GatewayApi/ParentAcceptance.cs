using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>Reads what the parents of a route of the Gateway API say. That says that their controllers understood it; no API says when the last proxy has it.</summary>
internal static class ParentAcceptance
{
    private static readonly string[] _types = ["Accepted", "ResolvedRefs"];

    /// <summary>Taken up when at least one parent answered, and all that did accept this generation. A parent that the route no longer names does not count.</summary>
    public static RouteAcceptance Read(RouteKind kind, JsonElement item, ObjectMeta meta) => Together(Answers(kind, item, meta).Select(answer => answer.Acceptance));

    /// <summary>The same of each controller that answered, in the order of their first answers.</summary>
    public static IEnumerable<ControllerAcceptance> ByController(RouteKind kind, JsonElement item, ObjectMeta meta) =>
        from answer in Answers(kind, item, meta)
        where answer.Controller.Length > 0
        group answer.Acceptance by answer.Controller into own
        select new ControllerAcceptance(own.Key, Together(own));

    private static RouteAcceptance Together(IEnumerable<RouteAcceptance> answers)
    {
        var (answered, all) = (0, true);
        string? obstacle = null;
        foreach (var answer in answers)
        {
            if (answer.Problem is not null)
            {
                return answer;
            }

            (answered, all) = (answered + 1, all && answer.IsTakenUp);
            obstacle ??= answer.Obstacle;
        }

        return new(answered > 0 && all, null) { Obstacle = obstacle };
    }

    private static IEnumerable<ControllerAcceptance> Answers(RouteKind kind, JsonElement item, ObjectMeta meta)
    {
        var ns = meta.Name.Namespace;
        HashSet<RouteParentRef> wanted = [.. item.Items("spec", "parentRefs").Select(each => RouteParentRef.Read(each, ns))];
        foreach (var answer in item.Items("status", "parents"))
        {
            var parent = RouteParentRef.Read(answer.At("parentRef") ?? default, ns);
            if (wanted.Contains(parent))
            {
                yield return new(answer.Text("controllerName") ?? "", Answer(kind, answer, meta, parent));
            }
        }
    }

    /// <summary>A condition without a generation, as Linkerd writes it, is believed; one of an older generation is waited for.</summary>
    private static RouteAcceptance Answer(RouteKind kind, JsonElement answer, ObjectMeta meta, RouteParentRef parent)
    {
        var waits = false;
        foreach (var type in _types)
        {
            var condition = answer.Items("conditions").FirstOrDefault(each => each.Text("type") == type);
            if (condition.ValueKind is JsonValueKind.Undefined || (condition.Long("observedGeneration") ?? meta.Generation) != meta.Generation)
            {
                waits = true;
            }
            else if (condition.Text("status") != "True")
            {
                return new(false, Refusal(kind, meta, parent, answer.Text("controllerName"), type, condition));
            }
        }

        return new(!waits, null) { Obstacle = Waypoint(kind, meta, parent, answer) };
    }

    /// <summary>
    /// Istio carries out a route of a Service only where the Service's requests go through a waypoint. Without one it says so in the message alone, whatever the condition's status is.
    /// </summary>
    private static string? Waypoint(RouteKind kind, ObjectMeta meta, RouteParentRef parent, JsonElement answer)
    {
        if (parent is not { Group: "", Kind: "Service" } || answer.Text("controllerName")?.StartsWith("istio.io/", StringComparison.Ordinal) is not true)
        {
            return null;
        }

        var condition = answer.Items("conditions").FirstOrDefault(each => each.Text("type") == "ResolvedWaypoints");
        return condition.ValueKind is JsonValueKind.Object && condition.Text("message") is { } message && message.Contains("not respected", StringComparison.OrdinalIgnoreCase)
            ? $"Istio carries {kind.Name} {meta.Name} out nowhere ({message.TrimEnd('.')}): label Service {parent.Namespace}/{parent.Name} with istio.io/use-waypoint: NAME, the name of a waypoint of its namespace."
            : null;
    }

    private static string Refusal(RouteKind kind, ObjectMeta meta, RouteParentRef parent, string? controller, string type, JsonElement condition)
    {
        var by = string.IsNullOrEmpty(controller) ? "" : $" by {controller}";
        var why = condition.Text("message") is { Length: > 0 } message ? message : condition.Text("reason") ?? "";
        return $"{kind.Name} {meta.Name} is not {type} at {parent}{by}: {why.TrimEnd('.')}.";
    }
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

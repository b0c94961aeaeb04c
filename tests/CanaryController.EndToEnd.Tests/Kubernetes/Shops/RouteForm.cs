using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops;

/// <summary>What divides a shop's requests: the kind of object, what people write of it, and how a mesh reads it.</summary>
internal abstract class RouteForm
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<RouteForm> All { get; } =
        [new HttpRouteForm(), new VirtualServiceForm(), new LinkerdForm(), new TrafficSplitForm(), new TraefikServiceForm(), new HttpProxyForm(), new IngressForm(), new ServiceSplitterForm(), new IngressRouteForm()];

    /// <summary>Their kinds.</summary>
    public static IReadOnlyList<KubeKind> Kinds { get; } = [.. All.Select(form => form.Kind).Distinct()];

    /// <summary>The kinds of what stands beside them and has their subsets.</summary>
    public static IReadOnlyList<KubeKind> Companions { get; } = [.. All.Select(form => form.Companion).OfType<KubeKind>()];

    /// <summary>The Rollout's router.</summary>
    public abstract string Router { get; }

    /// <summary>The kind of object.</summary>
    public abstract KubeKind Kind { get; }

    /// <summary>The object's spec, as JSON: <c>&lt;name&gt;</c> is the shop's, <c>&lt;backend&gt;</c> its Service.</summary>
    public abstract string Spec { get; }

    /// <summary>The Rollout's section: its name and, as JSON, what stands in it.</summary>
    public abstract (string Name, string Content) Section(bool isBySubset);

    /// <summary>A rule that takes testers to the canary: the controller adds it for a step's match, and it has no share.</summary>
    protected static bool IsForTesters(JsonObject rule) => rule.ToJsonString().Contains(ShopOptions.TestersHeader, StringComparison.Ordinal);

    /// <summary>Where each rule of an object sends to, and with which weight; a subset is called <c>SERVICE-SUBSET</c>.</summary>
    /// <param name="route">The object.</param>
    /// <param name="beside">The controller's own beside it, where there is such.</param>
    public abstract IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends(JsonObject? route, JsonObject? beside);

    /// <summary>The kind of object that has the subsets; null where there are none.</summary>
    public virtual KubeKind? Companion => null;

    /// <summary>That object's spec, as JSON.</summary>
    public virtual string CompanionSpec => "{}";

    /// <summary>A subset chooses a pod of the Service.</summary>
    public virtual bool Chooses(JsonObject companion, string subset, string pod, string hash) => false;

    /// <summary>What stable's entry is called.</summary>
    public virtual string Stable(string shop) => $"{shop}-stable";

    /// <summary>What the controller's own object beside the users' is called; null where it makes none.</summary>
    public virtual string? Beside(string shop) => null;

    /// <summary>What a mesh writes into the object's status when it has understood it; null where it writes nothing.</summary>
    public virtual JsonObject? Accepted(JsonObject route, DateTimeOffset now) => null;

    /// <summary>That of a router, the first where it has several; null for one that divides no objects.</summary>
    public static RouteForm? Of(string router) => All.FirstOrDefault(form => form.Router == router);

    /// <summary>That of a kind; null for one that divides nothing. Forms of the same kind read it in the same way.</summary>
    public static RouteForm? Of(KubeKind kind) => All.FirstOrDefault(form => form.Kind == kind);

    /// <summary>That of a kind that has subsets; null for others.</summary>
    public static RouteForm? OfCompanion(KubeKind kind) => All.FirstOrDefault(form => form.Companion == kind);

    /// <summary>A time as the API server writes it.</summary>
    protected static string Moment(DateTimeOffset now) => now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");

    /// <summary>A condition that says yes to the generation that <paramref name="route"/> has.</summary>
    protected static JsonObject Yes(string type, JsonObject route, DateTimeOffset now) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = type,
        ["message"] = "",
        ["observedGeneration"] = route.Int("metadata", "generation") ?? 0,
        ["lastTransitionTime"] = Moment(now),
    };
}

using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources;

namespace CanaryController.Manager.Traffic.IngressNginx;

/// <summary>
/// The Ingress that gets the canary's requests, as it is to be: the hosts and paths of the user's Ingress that lead to the service, leading to the canary's instead. Pure. It belongs to the rollout
/// and to nobody else: whatever differs in it is written again.
/// </summary>
internal sealed record CanaryIngress
{
    /// <summary>The name of the canary's Ingress is that of the user's and this.</summary>
    public const string Suffix = "-canary";

    /// <summary>Visitors do not stay with the version that answered them first.</summary>
    private const string NoAffinity = "legacy";

    private readonly string _rollout;
    private readonly CanaryWeight _weight;
    private readonly string _fence;

    /// <summary>Makes it.</summary>
    /// <param name="main">The user's Ingress.</param>
    /// <param name="cluster">The rollout's route.</param>
    /// <param name="ports">The ports of its Service, by which a path names one by name.</param>
    /// <param name="weight">The canary's share.</param>
    /// <param name="fence">The present leader and term.</param>
    /// <param name="matches">Requests that go to the canary whatever the weight is.</param>
    public CanaryIngress(IngressObject main, ClusterRoute cluster, IReadOnlyList<ServicePort> ports, CanaryWeight weight, string fence, EquatableArray<RequestMatch> matches = default)
    {
        (_rollout, _weight, _fence) = (cluster.Rollout.Name, weight, fence);
        Name = NameOf(main.Meta.Name);
        ClassName = main.ClassName;
        Paths = [.. Ours(main, cluster, ports).Select(path => path with { Service = cluster.Service + BackendPair.CanarySuffix })];
        HashSet<string> hosts = [.. Paths.Select(path => path.Host)];
        Tls = [.. main.Tls.Where(tls => tls.Hosts.IsEmpty || tls.Hosts.Any(hosts.Contains))];
        Nginx = main.Nginx.Where(pair => !NginxAnnotations.IsOfCanary(pair.Key)).Concat(NginxAnnotations.Of(weight)).Concat(NginxAnnotations.Of(matches)).ToDictionary(StringComparer.Ordinal);
        if (weight == CanaryWeight.Zero && matches.IsEmpty && Nginx.ContainsKey(NginxAnnotations.Affinity))
        {
            // Nobody stays with a canary that was rolled back.
            Nginx[NginxAnnotations.AffinityBehavior] = NoAffinity;
        }
    }

    /// <summary>What it is called.</summary>
    public ObjectName Name { get; }

    /// <summary>Its paths; none when the user's Ingress does not lead to the service.</summary>
    public EquatableArray<IngressPath> Paths { get; }

    private string? ClassName { get; }

    private EquatableArray<IngressTls> Tls { get; }

    private Dictionary<string, string> Nginx { get; }

    /// <summary>The name of the canary's Ingress beside the user's.</summary>
    public static ObjectName NameOf(ObjectName main) => new(main.Namespace, main.Name + Suffix);

    /// <summary>It is the rollout's: labels are copied by people and tools, the fence only we write.</summary>
    public static bool IsOf(RolloutKey rollout, IngressObject ingress) =>
        ingress.Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) == rollout.Name && ingress.Meta.Name.Namespace == rollout.Namespace
        && ingress.Meta.Fence() is not null && ingress.Meta.Name.Name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The paths of the user's Ingress that lead to the rollout's service, by its port where it names one.</summary>
    public static IEnumerable<IngressPath> Ours(IngressObject main, ClusterRoute cluster, IReadOnlyList<ServicePort> ports) =>
        main.Paths.Where(path => path.Service == cluster.Service
            && (cluster.Port is not { } port || (path.Port ?? ports.FirstOrDefault(each => each.Name == path.PortName)?.Port ?? port) == port));

    /// <summary>Hosts, paths and settings are those that the user's Ingress has.</summary>
    public bool IsInStep(IngressObject ours) =>
        IsSpecInStep(ours) && ours.Nginx.Where(pair => !NginxAnnotations.IsOfCanary(pair.Key)).ToHashSet().SetEquals(Nginx.Where(pair => !NginxAnnotations.IsOfCanary(pair.Key)));

    /// <summary>As it is created.</summary>
    public JsonObject Body()
    {
        var annotations = new JsonObject { [RouteAnnotations.Split] = RouteSplit.Note(_weight), [Marks.FenceAnnotation] = _fence };
        foreach (var (key, value) in Nginx.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            annotations[key] = value;
        }

        return new()
        {
            ["apiVersion"] = ObjectKind.Ingress.ApiVersion,
            ["kind"] = ObjectKind.Ingress.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = Name.Name,
                ["namespace"] = Name.Namespace,
                ["labels"] = new JsonObject { [Marks.RolloutLabel] = _rollout },
                ["annotations"] = annotations,
            },
            ["spec"] = Spec(),
        };
    }

    /// <summary>What is to be written into the one that is there; null when nothing is.</summary>
    public JsonPatch? Changes(IngressObject ours)
    {
        var patch = JsonPatch.At(ours.Meta.ResourceVersion);
        if (!IsSpecInStep(ours))
        {
            patch.Replace("/spec", Spec());
        }

        foreach (var (key, value) in Nginx.Where(pair => ours.Nginx.GetValueOrDefault(pair.Key) != pair.Value).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            patch.Add(PathOf(key), value);
        }

        foreach (var key in ours.Nginx.Keys.Where(key => !Nginx.ContainsKey(key)).Order(StringComparer.Ordinal))
        {
            patch.Remove(PathOf(key));
        }

        // It has annotations: the fence, or it would not be ours.
        patch.Annotate(ours.Meta, hasAnnotations: true, (RouteAnnotations.Split, RouteSplit.Note(_weight)), (Marks.FenceAnnotation, _fence));
        return patch.Count > 1 ? patch : null;
    }

    /// <summary>What takes all requests from one that stands beside nothing of the service's any more, where it goes on to take a share of whatever is there; null when it gets none.</summary>
    public static JsonPatch? Silence(IngressObject ours, string fence)
    {
        var patch = JsonPatch.At(ours.Meta.ResourceVersion);
        var quiet = NginxAnnotations.Of(CanaryWeight.Zero).ToDictionary(StringComparer.Ordinal);
        if (ours.Nginx.ContainsKey(NginxAnnotations.Affinity))
        {
            quiet[NginxAnnotations.AffinityBehavior] = NoAffinity;
        }

        foreach (var (key, value) in quiet.Where(pair => ours.Nginx.GetValueOrDefault(pair.Key) != pair.Value))
        {
            patch.Add(PathOf(key), value);
        }

        foreach (var key in ours.Nginx.Keys.Where(key => NginxAnnotations.IsOfCanary(key) && !quiet.ContainsKey(key)).Order(StringComparer.Ordinal))
        {
            patch.Remove(PathOf(key));
        }

        patch.Annotate(ours.Meta, hasAnnotations: true, (RouteAnnotations.Split, RouteSplit.Note(CanaryWeight.Zero)), (Marks.FenceAnnotation, fence));
        return patch.Count > 1 ? patch : null;
    }

    private static string PathOf(string key) => $"/metadata/annotations/{JsonPatch.Escape(key)}";

    private bool IsSpecInStep(IngressObject ours) => ours.ClassName == ClassName && ours.Paths == Paths && ours.Tls == Tls && ours.DefaultService is null;

    private JsonObject Spec()
    {
        var spec = new JsonObject();
        if (ClassName is not null)
        {
            spec["ingressClassName"] = ClassName;
        }

        if (!Tls.IsEmpty)
        {
            spec["tls"] = new JsonArray([.. Tls.Select(Certificate)]);
        }

        spec["rules"] = new JsonArray([.. Runs(Paths).Select(run => Rule(run))]);
        return spec;
    }

    /// <summary>One rule for paths of the same host that stand together: so the order stays, whatever it means.</summary>
    private static IEnumerable<List<IngressPath>> Runs(IReadOnlyList<IngressPath> paths)
    {
        var run = new List<IngressPath>();
        foreach (var path in paths)
        {
            if (run.Count > 0 && run[0].Host != path.Host)
            {
                yield return run;
                run = [];
            }

            run.Add(path);
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private static JsonObject Rule(List<IngressPath> paths)
    {
        var rule = new JsonObject();
        if (paths[0].Host.Length > 0)
        {
            rule["host"] = paths[0].Host;
        }

        rule["http"] = new JsonObject { ["paths"] = new JsonArray([.. paths.Select(Path)]) };
        return rule;
    }

    private static JsonObject Path(IngressPath path)
    {
        var body = new JsonObject();
        if (path.Path is not null)
        {
            body["path"] = path.Path;
        }

        body["pathType"] = path.PathType;
        var port = path.Port is { } number ? new JsonObject { ["number"] = number } : new JsonObject { ["name"] = path.PortName };
        body["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = path.Service, ["port"] = port } };
        return body;
    }

    private static JsonObject Certificate(IngressTls tls)
    {
        var body = new JsonObject();
        if (!tls.Hosts.IsEmpty)
        {
            body["hosts"] = new JsonArray([.. tls.Hosts.Select(host => (JsonNode?)host)]);
        }

        if (tls.Secret is not null)
        {
            body["secretName"] = tls.Secret;
        }

        return body;
    }
}

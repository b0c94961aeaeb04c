using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Objects that each break a rule of their definition: at once, or by a change.</summary>
internal static class RuleBreakers
{
    private const string Shop = """
        {
          "workload": {"kind": "Deployment", "name": "shop"},
          "service": {"name": "shop", "port": 80},
          "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "shop"}]}},
          "strategy": {"steps": [{"weight": 10, "hold": "5m"}]}
        }
        """;

    private const string Versions = """{"workload": {"kind": "External", "name": null, "versions": {"stable": "shop-a", "canary": "shop-b"}}""";

    private static readonly string[] _metrics = ["""{"name": "ok", "threshold": {"min": 99}}""", """{"name": "ok", "query": "ok"}"""];

    private static readonly (string Router, string Section, string[] Lists)[] _routers =
    [
        ("GatewayAPI", "gatewayAPI", ["httpRoutes", "grpcRoutes", "tcpRoutes"]),
        ("Istio", "istio", ["virtualServices"]),
        ("Linkerd", "linkerd", ["httpRoutes", "grpcRoutes", "policyHTTPRoutes"]),
        ("SMI", "smi", ["trafficSplits"]),
        ("Traefik", "traefik", ["traefikServices", "ingressRoutes", "ingressRouteTCPs"]),
        ("Contour", "contour", ["httpProxies"]),
        ("IngressNginx", "ingressNginx", ["ingresses"]),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<(KubeKind Kind, JsonObject Spec, JsonObject? Change)> All =>
    [
        .. Rollouts.Select(each => (KubeKind.Rollout, Merge(Parse(Shop), Parse(each)), default(JsonObject))),
        .. Changes.Select(each => (KubeKind.Rollout, Merge(Parse(Shop), Parse(each.Spec)), Parse(each.Change))),
        .. _routers.SelectMany(Routes),
        .. Commands.Select(each => (KubeKind.RolloutCommand, Parse(each.Spec), each.Change is null ? null : Parse(each.Change))),
        (KubeKind.Approval, Parse("""{"rollout": "shop", "revision": "v2", "step": 1, "decision": "Approve"}"""), Parse("""{"decision": "Reject"}""")),
        .. Freezes.SelectMany(each => (IEnumerable<(KubeKind, JsonObject, JsonObject?)>)[(KubeKind.FreezeWindow, Parse(each), null), (KubeKind.ClusterFreezeWindow, Parse(each), null)]),
        (KubeKind.NotificationChannel, Parse("""{"events": ["Promoted"]}"""), null),
    ];

    /// <summary>Rollouts that break none.</summary>
    public static IEnumerable<JsonObject> Good => ((string[])
    [
        """{"strategy": {"steps": [{"weight": 0, "hold": "5m", "mirror": true, "match": {"headers": [{"name": "x-canary", "value": "always"}]} }, {"weight": 50}]} }""",
        """{"strategy": {"steps": [{"weight": 0.01}, {"weight": 33.33, "approval": {"name": "sre", "required": 2, "timeout": "4h"}, "gates": [{"name": "smoke", "when": "During", "channel": "ci"}]}]} }""",
        """{"strategy": {"windows": [{"cron": "0 0 9 ? * MON-THU", "duration": "8h", "timeZone": "Europe/Berlin"}]}, "notifications": {"channels": ["deploys"]} }""",
        """{"analysis": {"metrics": [{"name": "ok", "query": "ok", "threshold": {"min": 99} }]} }""",
    ]).Select(each => Merge(Parse(Shop), Parse(each)));

    private static IEnumerable<string> Rollouts =>
    [
        """{"service": null}""",
        Versions + """, "service": null, "strategy": {"steps": [{"weight": 10, "replicas": 2}]}}""",
        """{"traffic": {"router": "ReplicaRatio", "gatewayAPI": null}, "strategy": {"steps": [{"weight": 60}]}}""",
        Versions + """, "traffic": {"router": "IngressNginx", "gatewayAPI": null, "ingressNginx": {"ingresses": [{"name": "shop"}]}}}""",
        """{"traffic": {"router": "Consul", "gatewayAPI": null, "consul": {"service": "another"}}}""",
        """{"workload": {"name": null}}""",
        """{"workload": {"kind": "External", "name": null, "versions": {"stable": "shop", "canary": "shop"}}}""",
        """{"traffic": {"router": "Gateway", "gatewayAPI": null, "gateway": {"route": "shop"}}}""",
        """{"traffic": {"router": "Istio"}}""",
        """{"strategy": {"steps": [{"weight": 20}, {"weight": 10}]}}""",
        """{"strategy": {"steps": [{"weight": 0.001}]}}""",
        """{"strategy": {"steps": [{"weight": 10, "mirror": true}]}}""",
        """{"strategy": {"steps": [{"weight": 10, "gates": [{"name": "smoke", "when": "Before"}]}]}}""",
        """{"strategy": {"steps": [{"weight": 10, "gates": [{"name": "smoke", "when": "Rollback", "url": "http://hooks.example.com", "deadline": "1m"}]}]}}""",
        .. _metrics.Select(metric => $$"""{"analysis": {"metrics": [{{metric}}]} }"""),
        .. _metrics.Select(metric => $$"""{"strategy": {"steps": [{"weight": 10, "metrics": [{{metric}}]}]} }"""),
    ];

    private static IEnumerable<(string Spec, string Change)> Changes =>
    [
        ("{}", """{"workload": {"name": "another"}}"""),
        ("""{"traffic": {"router": "Consul", "gatewayAPI": null, "consul": {"service": "shop", "serviceRouter": true}}}""", """{"traffic": {"consul": {"serviceRouter": false}}}"""),
        (Istio("""[{"name": "shop"}]""", """{"name": "shop"}"""), """{"traffic": {"istio": {"destinationRule": {"name": "another"}}}}"""),
        (Istio("""[{"name": "shop", "routes": ["a", "b"]}]""", "null"), """{"traffic": {"istio": {"virtualServices": [{"name": "shop", "routes": ["a"]}]}}}"""),
    ];

    private static IEnumerable<(string Spec, string? Change)> Commands =>
    [
        ("""{"rollout": "shop", "action": "Abort"}""", """{"action": "Promote"}"""),
        ("""{"rollout": "shop", "action": "Start"}""", null),
        ("""{"rollout": "shop", "action": "Undo", "step": 1}""", null),
        ("""{"rollout": "shop", "action": "Abort", "expectedTarget": "v2"}""", null),
        ("""{"rollout": "shop", "action": "BreakGlass"}""", null),
    ];

    private static IEnumerable<string> Freezes =>
    [
        """{"reason": "sale"}""",
        """{"reason": "sale", "start": "2026-12-02T00:00:00Z", "end": "2026-12-01T00:00:00Z"}""",
    ];

    /// <summary>No object is named; and one that was named is no more.</summary>
    private static IEnumerable<(KubeKind Kind, JsonObject Spec, JsonObject? Change)> Routes((string Router, string Section, string[] Lists) router)
    {
        yield return (KubeKind.Rollout, Led(router.Router, router.Section, "{}"), null);
        foreach (var list in router.Lists)
        {
            yield return (KubeKind.Rollout, Led(router.Router, router.Section, $$"""{"{{list}}": [{"name": "shop"}]}"""), Parse($$$"""{"traffic": {"{{{router.Section}}}": {"{{{list}}}": [{"name": "another"}]} } }"""));
        }
    }

    private static JsonObject Led(string router, string section, string content)
    {
        var spec = Parse(Shop);
        spec["traffic"] = Parse($$"""{"router": "{{router}}", "{{section}}": {{content}}}""");
        return spec;
    }

    private static string Istio(string virtualServices, string destinationRule) =>
        $$$"""{"traffic": {"router": "Istio", "gatewayAPI": null, "istio": {"virtualServices": {{{virtualServices}}}, "destinationRule": {{{destinationRule}}} } } }""";

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;

    /// <summary>RFC 7386.</summary>
    private static JsonObject Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                into.Remove(name);
            }
            else
            {
                into[name] = value is JsonObject section ? Merge(into[name] as JsonObject is { } before ? (JsonObject)before.DeepClone() : [], section) : value.DeepClone();
            }
        }

        return into;
    }
}

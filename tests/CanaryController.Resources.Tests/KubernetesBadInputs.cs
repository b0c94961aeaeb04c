namespace CanaryController.Resources.Tests;

/// <summary>Mistakes that people make on Kubernetes.</summary>
internal static class KubernetesBadInputs
{
    /// <summary>A good rollout of a Deployment.</summary>
    public const string Rollout = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata:
          name: shop
        spec:
          workload: {kind: Deployment, name: shop}
          service: {name: shop, port: 80}
          traffic: {router: GatewayAPI, gatewayAPI: {httpRoutes: [{name: shop}]}}
          strategy:
            steps:
            - {weight: 10, hold: 5m}
          analysis:
            metrics:
            - {name: ok, query: 'ok{v="{{ version }}"}', threshold: {min: 99}}

        """;

    /// <summary>A good command.</summary>
    public const string Command = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: RolloutCommand
        metadata:
          name: abort-1
        spec:
          rollout: shop
          action: Abort
          step: 2

        """;

    private const string Traffic = "{router: GatewayAPI, gatewayAPI: {httpRoutes: [{name: shop}]}}";
    private const string Workload = "workload: {kind: Deployment, name: shop}";
    private const string External = "workload: {kind: External, versions: {stable: shop-a, canary: shop-b}}";
    private const string Step = "{weight: 10, hold: 5m}";
    private const string Metric = "{name: ok, query: 'ok{v=\"{{ version }}\"}', threshold: {min: 99}}";
    private const string Builtin = "{name: ok, builtin: RequestSuccessRate, threshold: {min: 99}}";

    public static IEnumerable<(string Name, string Old, string New)> Rollouts { get; } =
    [
        ("on Kubernetes: the product's own gateway", Traffic, "{router: Gateway, gateway: {route: shop}}"),
        ("on Kubernetes: no routes", Traffic, "{router: GatewayAPI}"),
        ("on Kubernetes: an empty list of routes", Traffic, "{router: GatewayAPI, gatewayAPI: {httpRoutes: []}}"),
        ("on Kubernetes: routes of another spelling", Traffic, "{router: GatewayAPI, gatewayApi: {httpRoutes: [{name: shop}]}}"),
        ("on Kubernetes: a route in one word", Traffic, "{router: GatewayAPI, gatewayAPI: {httpRoutes: [shop]}}"),
        ("on Kubernetes: a route without its name", Traffic, "{router: GatewayAPI, gatewayAPI: {httpRoutes: [{}]}}"),
        ("on Kubernetes: a route of another namespace", Traffic, "{router: GatewayAPI, gatewayAPI: {httpRoutes: [{name: web/shop, namespace: web}]}}"),
        ("on Kubernetes: a route that stands twice", Traffic, "{router: GatewayAPI, gatewayAPI: {httpRoutes: [{name: shop}, {name: shop}]}}"),
        ("on Kubernetes: 17 routes", Traffic, $"{{router: GatewayAPI, gatewayAPI: {{httpRoutes: [{string.Join(", ", Enumerable.Range(1, 17).Select(number => $"{{name: r{number}}}"))}]}}}}"),
        ("on Kubernetes: a section of another router", Traffic, "{router: GatewayAPI, gateway: {route: shop}, gatewayAPI: {httpRoutes: [{name: shop}]}}"),
        ("on Kubernetes: Istio without VirtualServices", Traffic, "{router: Istio, istio: {destinationRule: {name: shop}}}"),
        ("on Kubernetes: Istio's routes that stand twice or have no name", Traffic, "{router: Istio, istio: {virtualServices: [{name: shop, routes: [a, a, '']}]}}"),
        ("on Kubernetes: Istio's versions in one subset", Traffic, "{router: Istio, istio: {virtualServices: [{name: shop}], destinationRule: {name: shop, stable: v1, canary: v1}}}"),
        ("on Kubernetes: Istio's subsets of External versions", $"{Workload}\n  service: {{name: shop, port: 80}}\n  traffic: {Traffic}", $"{External}\n  traffic: {{router: Istio, istio: {{virtualServices: [{{name: shop}}], destinationRule: {{name: shop}}}}}}"),
        ("on Kubernetes: pod counts with routes", Traffic, "{router: ReplicaRatio, gatewayAPI: {httpRoutes: [{name: shop}]}}"),
        ("on Kubernetes: pod counts beyond half", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: ReplicaRatio}\n  strategy:\n    steps:\n    - {weight: 50}\n    - {weight: 50.01}\n    - {weight: 100}"),
        ("on Kubernetes: pod counts with a size", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: ReplicaRatio}\n  strategy:\n    steps:\n    - {weight: 10, replicas: 2}"),
        ("on Kubernetes: pod counts of pods that others start", $"{Workload}\n  service: {{name: shop, port: 80}}\n  traffic: {Traffic}", $"{External}\n  traffic: {{router: ReplicaRatio}}"),
        ("on Kubernetes: no HTTPProxies", Traffic, "{router: Contour, contour: {httpProxies: []}}"),
        ("on Kubernetes: Traefik's TraefikServices for matched requests", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: Traefik, traefik: {traefikServices: [{name: shop}]}}\n  strategy:\n    steps:\n    - {weight: 0, hold: 5m, match: {headers: [{name: x-canary, value: always}]}}"),
        ("on Kubernetes: a mirror beside Traefik's IngressRoutes", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: Traefik, traefik: {ingressRoutes: [{name: shop}]}}\n  strategy:\n    steps:\n    - {weight: 0, hold: 5m, mirror: true}"),
        ("on Kubernetes: Consul's matched requests without a ServiceRouter", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: Consul, consul: {service: shop}}\n  strategy:\n    steps:\n    - {weight: 0, hold: 5m, match: {headers: [{name: x-canary, value: always}]}}"),
        ("on Kubernetes: Traefik's objects under another name", Traffic, "{router: Traefik, traefik: {services: [{name: shop}]}}"),
        ("on Kubernetes: no Ingresses", Traffic, "{router: IngressNginx}"),
        ("on Kubernetes: an Ingress of versions that others start", $"{Workload}\n  service: {{name: shop, port: 80}}\n  traffic: {Traffic}", $"{External}\n  traffic: {{router: IngressNginx, ingressNginx: {{ingresses: [{{name: shop}}]}}}}"),
        ("on Kubernetes: an Ingress's name that is too long", Traffic, $"{{router: IngressNginx, ingressNginx: {{ingresses: [{{name: {new string('i', 247)}}}]}}}}"),
        ("on Kubernetes: Consul without its service", Traffic, "{router: Consul}"),
        ("on Kubernetes: Consul's service under another name, and an agent", Traffic, "{router: Consul, consul: {name: east, service: store}}"),
        ("on Kubernetes: a Consul service of versions that others start", $"{Workload}\n  service: {{name: shop, port: 80}}\n  traffic: {Traffic}", $"{External}\n  traffic: {{router: Consul, consul: {{service: shop}}}}"),
        ("on Kubernetes: a router in small letters", Traffic, "{router: gatewayapi, gatewayAPI: {httpRoutes: [{name: shop}]}}"),
        ("on Kubernetes: no Service", "  service: {name: shop, port: 80}\n", ""),
        ("on Kubernetes: no Deployment's name", Workload, "workload: {kind: Deployment}"),
        ("on Kubernetes: a StatefulSet", Workload, "workload: {kind: StatefulSet, name: shop}"),
        ("on Kubernetes: one Service for both versions", Workload, External.Replace("shop-b", "shop-a", StringComparison.Ordinal)),
        ("on Kubernetes: versions that are no Services", Workload, External.Replace("shop-", "Shop_", StringComparison.Ordinal)),
        ("on Kubernetes: a name that is too long", "  name: shop\n", $"  name: {new string('a', 41)}\n"),
        ("on Kubernetes: a Service's name that is too long", "service: {name: shop", $"service: {{name: {new string('s', 57)}"),
        ("on Kubernetes: more replicas than stable has", Step, "{weight: 10, replicas: 101%}"),
        ("on Kubernetes: no replicas", Step, "{weight: 10, replicas: 0}"),
        ("on Kubernetes: a mirror beside a weight", Step, "{weight: 10, mirror: true}"),
        ("on Kubernetes: a match by a cookie", Step, "{weight: 10, match: {headers: [{name: x-canary, value: always}], cookies: [{name: tester, value: 'yes'}]}}"),
        ("on Kubernetes: a mirror with Linkerd", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: Linkerd, linkerd: {httpRoutes: [{name: shop}]}}\n  strategy:\n    steps:\n    - {weight: 0, mirror: true}"),
        ("on Kubernetes: a match and a mirror of connections", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: GatewayAPI, gatewayAPI: {tcpRoutes: [{name: feed}]}}\n  strategy:\n    steps:\n    - {weight: 0, mirror: true, match: {headers: [{name: x-canary, value: always}]}}"),
        ("on Kubernetes: more matches than ingress-nginx takes", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: IngressNginx, ingressNginx: {ingresses: [{name: shop}]}}\n  strategy:\n    steps:\n    - {weight: 10, match: {headers: [{name: a, value: b}, {name: c, value: d}], cookies: [{name: tester, value: 'yes'}]}}"),
        ("on Kubernetes: a match with TrafficSplits", $"{Traffic}\n  strategy:\n    steps:\n    - {Step}", "{router: SMI, smi: {trafficSplits: [{name: shop}]}}\n  strategy:\n    steps:\n    - {weight: 10, match: {headers: [{name: x-canary, value: always}]}}"),
        ("on Kubernetes: gates", Step, "{weight: 10, gates: [{name: load, when: During, url: 'http://a.example', timeout: 2m, interval: 0s, deadline: 1000h, metadata: [{name: a, value: b}, {name: a, value: c}]}]}"),
        ("on Kubernetes: approval channels", Step, "{weight: 10, approval: {name: sre, channels: [Slack]}}"),
        ("on Kubernetes: a built-in metric without its source", Metric, Builtin),
        ("on Kubernetes: labels without a source", $"metrics:\n    - {Metric}", $"sourceLabels: {{version: v}}\n    metrics:\n    - {Metric}"),
        ("on Kubernetes: a source of plain hosts", $"metrics:\n    - {Metric}", $"source: HAProxy\n    metrics:\n    - {Builtin}"),
        ("on Kubernetes: between two buckets, and above all", $"metrics:\n    - {Metric}", "source: Linkerd\n    metrics:\n    - {name: a, builtin: RequestDuration, threshold: {max: 5s}}\n    - {name: b, builtin: RequestDuration, threshold: {max: 20s}}"),
        ("on Kubernetes: pods that nobody knows", $"{Workload}\n  service: {{name: shop, port: 80}}\n  traffic: {Traffic}\n  strategy:\n    steps:\n    - {Step}\n  analysis:\n    metrics:\n    - {Metric}", $"{External}\n  traffic: {Traffic}\n  strategy:\n    steps:\n    - {Step}\n  analysis:\n    source: Application\n    metrics:\n    - {Builtin}"),
        ("on Kubernetes: a view of pods that nobody knows", $"{Workload}\n  service: {{name: shop, port: 80}}\n  traffic: {Traffic}\n  strategy:\n    steps:\n    - {Step}\n  analysis:\n    metrics:\n    - {Metric}", $"{External}\n  traffic: {Traffic}\n  strategy:\n    steps:\n    - {Step}\n  analysis:\n    source: Istio\n    sourceView: Server\n    metrics:\n    - {Builtin}"),
        ("on Kubernetes: a latency beyond the histogram", $"metrics:\n    - {Metric}", "source: Gateway\n    metrics:\n    - {name: p, builtin: RequestDuration, threshold: {max: 20s}}"),
        ("on Kubernetes: an object of the API server", "metadata:\n", "metadata:\n  uid: 0a1b\n"),
    ];

    public static IEnumerable<(string Name, string Old, string New)> Commands { get; } =
    [
        ("command: a kind of its own", "kind: RolloutCommand", "kind: Rollout"),
        ("command: no rollout", "  rollout: shop\n", ""),
        ("command: no action", "  action: Abort\n", ""),
        ("command: an action in small letters", "action: Abort", "action: abort"),
        ("command: a start without its revision", "  action: Abort\n  step: 2", "  action: Start"),
        ("command: a start at a step", "action: Abort", "action: Start\n  revision: v2"),
        ("command: an undo at a step", "action: Abort", "action: Undo"),
        ("command: a revision that is a number", "step: 2", "revision: 17"),
        ("command: a revision that is none", "step: 2", "revision: 'a b'"),
        ("command: a target of an abort", "step: 2", "expectedTarget: v2"),
        ("command: a step from 0", "step: 2", "step: 0"),
        ("command: an actor", "step: 2", "actor: alice"),
        ("command: a reason without end", "step: 2", $"reason: {new string('r', 1_001)}"),
        ("command: no name", "  name: abort-1", "  labels: {a: b}"),
        ("command: a name with an underscore", "name: abort-1", "name: abort_1"),
        ("command: a generated name with a space", "name: abort-1", "generateName: 'abort '"),
    ];
}

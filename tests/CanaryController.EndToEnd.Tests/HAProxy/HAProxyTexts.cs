namespace CanaryController.EndToEnd.Tests.HAProxy;

/// <summary>What the programs of <see cref="HAProxyStage"/> are told. The canary is configured with weight 0, so that a reload gives it nothing.</summary>
internal static class HAProxyTexts
{
    /// <summary>The files and their texts.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <param name="ports">For users, HAProxy's metrics, the manager, Prometheus, two instances of v1, one of v2.</param>
    public static IEnumerable<(string File, string Text)> All(string folder, IReadOnlyList<int> ports) =>
    [
        ("haproxy.cfg", Proxy(folder, ports)), ("prometheus.yaml", Prometheus(ports)), ("canary-controller.yaml", Manager(folder, ports)), ("rollouts/shop.yaml", Rollout),
    ];

    private const string Rollout =
        """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata:
          name: shop
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2}}
          traffic: {router: HAProxy, haproxy: {name: edge, backend: shop}}
          strategy:
            steps:
            - {weight: 5, hold: 4s, minRequests: 20}
            - {weight: 25, hold: 4s}
            - {weight: 50, hold: 4s}
            - {weight: 100, hold: 3s}
          analysis:
            metrics:
            - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 97}, compare: {to: Stable, tolerate: 1.2}}

        """;

    private static string Proxy(string folder, IReadOnlyList<int> ports) =>
        $$"""
        global
          stats socket {{folder}}/admin.sock mode 600 level admin
        defaults
          mode http
          timeout connect 2s
          timeout client 30s
          timeout server 10s
        frontend entry
          bind 127.0.0.1:{{ports[0]}}
          default_backend shop
        frontend metrics
          bind 127.0.0.1:{{ports[1]}}
          http-request use-service prometheus-exporter if { path /metrics }
        backend shop
          balance roundrobin
          option httpchk GET /healthz
          server v1-1 127.0.0.1:{{ports[4]}} check inter 1s weight 100
          server v1-2 127.0.0.1:{{ports[5]}} check inter 1s weight 100
          server v2-1 127.0.0.1:{{ports[6]}} check inter 1s weight 0

        """;

    private static string Prometheus(IReadOnlyList<int> ports) =>
        $$"""
        global: {scrape_interval: 1s, scrape_timeout: 1s}
        scrape_configs:
        - job_name: haproxy
          static_configs: [{targets: ['127.0.0.1:{{ports[1]}}']}]

        """;

    private static string Manager(string folder, IReadOnlyList<int> ports) =>
        $$"""
        standalone: {folder: {{folder}}/rollouts, database: {{folder}}/manager.db}
        api: {listen: 'http://127.0.0.1:{{ports[2]}}'}
        prometheus: {url: 'http://127.0.0.1:{{ports[3]}}'}
        haproxies:
        - {name: edge, socket: {{folder}}/admin.sock}

        """;
}

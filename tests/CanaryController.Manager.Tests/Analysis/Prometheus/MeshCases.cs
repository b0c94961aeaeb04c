using CanaryController.Core.Analysis;
using CanaryController.Manager.Traffic;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>The metric sources with their real names and labels.</summary>
internal static class MeshCases
{
    private static readonly string[] _milliseconds = ["0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000"];
    private static readonly string[] _seconds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"];

    private const string Calls = "calls";

    private const string IstioClient =
        """reporter="source",source_workload="web",source_workload_namespace="shop",destination_service_namespace="shop",destination_service_name="VERSION",destination_workload="checkout",destination_version="unknown",""";

    private const string IstioServer =
        """reporter="destination",pod="VERSION",source_workload="web",destination_workload_namespace="shop",destination_workload="checkout",""";

    private const string LinkerdBackend =
        """parent_kind="Service",parent_namespace="shop",parent_name="checkout",parent_port="80",route_kind="ROUTE",route_name="checkout",backend_namespace="shop",backend_name="VERSION",backend_port="80",""";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MeshCase> All { get; } =
    [
        new()
        {
            Name = "istio-client",
            Counting = new() { Source = RequestSource.Istio },
            Requests = "istio_requests_total{" + IstioClient + "request_protocol=\"http\",ENDED}",
            Buckets = "istio_request_duration_milliseconds_bucket{" + IstioClient + "request_protocol=\"http\",ENDED,le=\"LE\"}",
            Names = ("checkout-stable", "checkout-canary"),
            Endings = ("""response_code="200",response_flags="-",grpc_response_status="" """.TrimEnd(), """response_code="0",response_flags="UF",grpc_response_status="" """.TrimEnd()),
            Bounds = _milliseconds,
            UnitsPerSecond = 1_000,
        },
        new()
        {
            Name = "istio-grpc",
            Counting = new() { Source = RequestSource.Istio },
            Target = MeshCase.OnCluster(ns: Calls),
            Requests = "istio_requests_total{" + InCalls(IstioClient).Replace("source\"", "waypoint\"", StringComparison.Ordinal) + "request_protocol=\"grpc\",response_code=\"200\",ENDED}",
            Buckets = "istio_request_duration_milliseconds_bucket{" + InCalls(IstioClient).Replace("source\"", "waypoint\"", StringComparison.Ordinal) + "request_protocol=\"grpc\",response_code=\"200\",ENDED,le=\"LE\"}",
            Names = ("checkout-stable", "checkout-canary"),
            Endings = ("grpc_response_status=\"5\"", "grpc_response_status=\"14\""),
            Bounds = _milliseconds,
            UnitsPerSecond = 1_000,
        },
        new()
        {
            Name = "istio-server",
            Counting = new() { Source = RequestSource.Istio, View = RequestView.Server },
            Requests = "istio_requests_total{" + IstioServer + "request_protocol=\"http\",response_code=\"ENDED\"}",
            Buckets = "istio_request_duration_milliseconds_bucket{" + IstioServer + "request_protocol=\"http\",response_code=\"ENDED\",le=\"LE\"}",
            Names = ("checkout-5d8f7c9b6-x2x4z", "checkout-cc-6f7b8c9d5-abcde"),
            Endings = ("200", "500"),
            Bounds = _milliseconds,
            UnitsPerSecond = 1_000,
        },
        new()
        {
            Name = "istio-subsets",
            Counting = new() { Source = RequestSource.Istio, VersionLabel = "destination_version" },
            Target = MeshCase.OnCluster(WorkloadType.External),
            Revisions = ("checkout-a", "checkout-b"),
            Requests = """istio_requests_total{reporter="source",destination_service_namespace="shop",destination_service_name="checkout",destination_version="VERSION",response_code="ENDED"}""",
            Names = ("checkout-a", "checkout-b"),
            Endings = ("200", "503"),
        },
        Linkerd("linkerd-http", "http", "HTTPRoute", ("""http_status="200",error="" """.TrimEnd(), """http_status="",error="FAIL_FAST" """.TrimEnd())),
        Linkerd("linkerd-grpc", "grpc", "GRPCRoute", ("""grpc_status="NOT_FOUND",error="" """.TrimEnd(), """grpc_status="INTERNAL",error="" """.TrimEnd()), Calls),
        new()
        {
            Name = "consul",
            Counting = new() { Source = RequestSource.Consul },
            Target = new RouteTarget("default", "checkout") { Router = RouterType.Consul },
            Revisions = ("v1", "1.2.0"),
            Requests = """envoy_cluster_upstream_rq_xx{local_cluster="web",consul_source_service="web",consul_destination_service="checkout",consul_destination_service_subset="VERSION",consul_destination_datacenter="dc1",envoy_response_code_class="ENDED"}""",
            Buckets = """envoy_cluster_upstream_rq_time_bucket{local_cluster="web",consul_source_service="web",consul_destination_service="checkout",consul_destination_service_subset="VERSION",consul_destination_datacenter="dc1",le="LE"}""",
            Names = ("v1", "1-2-0-9f77034b"),
            Endings = ("2", "5"),
            Bounds = _milliseconds,
            UnitsPerSecond = 1_000,
        },
        Envoy("contour", new() { Source = RequestSource.Envoy }, ("shop_checkout-stable_80", "shop_checkout-canary_80")),
        Envoy(
            "envoy-gateway",
            new() { Source = RequestSource.Envoy, StableName = "httproute/shop/checkout/rule/0/backend/0", CanaryName = "httproute/shop/checkout/rule/0/backend/1" },
            ("httproute/shop/checkout/rule/0/backend/0", "httproute/shop/checkout/rule/0/backend/1")),
        new()
        {
            Name = "traefik",
            Counting = new() { Source = RequestSource.Traefik },
            Requests = """traefik_service_requests_total{code="ENDED",method="GET",protocol="http",service="VERSION"}""",
            Buckets = """traefik_service_request_duration_seconds_bucket{code="ENDED",method="GET",protocol="http",service="VERSION",le="LE"}""",
            Names = ("shop-checkout-stable-http@kubernetescrd", "shop-checkout-canary-80@kubernetescrd"),
            Endings = ("200", "502"),
            Bounds = ["0.1", "0.3", "1.2", "5"],
            MaxSeconds = 0.3,
        },
        new()
        {
            Name = "traefik-file",
            Counting = new() { Source = RequestSource.Traefik, StableName = "checkout-{{ version }}@file", CanaryName = "checkout-{{ version }}@file" },
            Target = new RouteTarget("default", "checkout") { Router = RouterType.Gateway },
            Revisions = ("v1", "v2"),
            Requests = """traefik_service_requests_total{code="ENDED",method="GET",protocol="http",service="VERSION"}""",
            Names = ("checkout-v1@file", "checkout-v2@file"),
            Endings = ("200", "502"),
        },
        new()
        {
            Name = "ingress-nginx",
            Counting = new() { Source = RequestSource.IngressNginx, NamespaceLabel = "exported_namespace" },
            Requests = """nginx_ingress_controller_requests{namespace="ingress-nginx",exported_namespace="shop",ingress="checkout",exported_service="checkout",canary="VERSION",host="shop.example",method="GET",path="/",status="ENDED"}""",
            Buckets = """nginx_ingress_controller_response_duration_seconds_bucket{namespace="ingress-nginx",exported_namespace="shop",ingress="checkout",exported_service="checkout",canary="VERSION",host="shop.example",method="GET",path="/",status="ENDED",le="LE"}""",
            Names = ("", "shop-checkout-canary-http-web"),
            Endings = ("200", "500"),
            Bounds = _seconds,
        },
        new()
        {
            Name = "ingress-nginx-of-another-name",
            Counting = new() { Source = RequestSource.IngressNginx },
            Target = MeshCase.OnCluster() with { Cluster = MeshCase.OnCluster().Cluster! with { Router = RouterType.IngressNginx, Ingresses = ["edge", "api"] } },
            Requests = """nginx_ingress_controller_requests{namespace="shop",ingress="api",service="checkout",canary="VERSION",host="shop.example",method="GET",path="/",status="ENDED"}""",
            Names = ("", "shop-checkout-canary-http"),
            Endings = ("200", "500"),
        },
        new()
        {
            Name = "haproxy",
            Counting = new() { Source = RequestSource.HAProxy },
            Target = new RouteTarget("default", "checkout") { Router = RouterType.HAProxy },
            Revisions = ("v1", "v1-1"),
            Requests = """haproxy_server_http_responses_total{proxy="checkout",server="VERSION",code="ENDED"}""",
            Names = ("v1-a", "v1-1-a"),
            Endings = ("2xx", "5xx"),
        },
        Pods("application", RequestSource.Application, "http_requests_total", "http_request_duration_seconds_bucket", "code"),
        Pods("open-telemetry", RequestSource.OpenTelemetry, "http_server_request_duration_seconds_count", "http_server_request_duration_seconds_bucket", "http_response_status_code"),
        new()
        {
            Name = "application-by-label",
            Counting = new() { Source = RequestSource.Application, ServiceLabel = "app" },
            Target = new RouteTarget("default", "checkout") { Router = RouterType.HAProxy },
            Revisions = ("v1", "v2"),
            Requests = """http_requests_total{app="checkout",version="VERSION",method="GET",status="ENDED"}""",
            Buckets = """http_request_duration_seconds_bucket{app="checkout",version="VERSION",method="GET",le="LE"}""",
            Names = ("v1", "v2"),
            Endings = ("200", "500"),
            Bounds = _seconds,
        },
    ];

    /// <summary>Another protocol's requests count under the same Services, so those of calls have a namespace of their own.</summary>
    private static string InCalls(string labels) => labels.Replace("\"shop\"", $"\"{Calls}\"", StringComparison.Ordinal);

    private static MeshCase Linkerd(string name, string protocol, string route, (string Good, string Bad) endings, string ns = "shop") => new()
    {
        Name = name,
        Counting = new() { Source = RequestSource.Linkerd },
        Target = MeshCase.OnCluster(ns: ns),
        Requests = $"outbound_{protocol}_route_backend_response_statuses_total{{{Backend(route, ns)}ENDED}}",
        Buckets = $"outbound_{protocol}_route_backend_response_duration_seconds_bucket{{{Backend(route, ns)}le=\"LE\"}}",
        Names = ("checkout-stable", "checkout-canary"),
        Endings = endings,
        Bounds = ["0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "10.0"],
    };

    private static string Backend(string route, string ns) => (ns == Calls ? InCalls(LinkerdBackend) : LinkerdBackend).Replace("ROUTE", route, StringComparison.Ordinal);

    private static MeshCase Envoy(string name, RequestCounting counting, (string Stable, string Canary) names) => new()
    {
        Name = name,
        Counting = counting,
        Requests = """envoy_cluster_upstream_rq{envoy_cluster_name="VERSION",envoy_response_code="ENDED"}""",
        Buckets = """envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="VERSION",le="LE"}""",
        Names = names,
        Endings = ("204", "503"),
        Bounds = _milliseconds,
        UnitsPerSecond = 1_000,
    };

    private static MeshCase Pods(string name, RequestSource source, string requests, string buckets, string code) => new()
    {
        Name = name,
        Counting = new() { Source = source },
        Requests = $"{requests}{{namespace=\"shop\",pod=\"VERSION\",method=\"GET\",{code}=\"ENDED\"}}",
        Buckets = $"{buckets}{{namespace=\"shop\",pod=\"VERSION\",method=\"GET\",{code}=\"ENDED\",le=\"LE\"}}",
        Names = ("checkout-5d8f7c9b6-x2x4z", "checkout-6f7b8c9d5-abcde"),
        Endings = ("200", "500"),
        Bounds = _seconds,
    };
}

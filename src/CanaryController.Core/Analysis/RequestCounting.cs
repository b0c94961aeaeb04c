namespace CanaryController.Core.Analysis;

/// <summary>Who counts the requests that built-in metrics look at, and what the series are called where that is not as usual.</summary>
public sealed record RequestCounting
{
    /// <summary>Who counts.</summary>
    public required RequestSource Source { get; init; }

    /// <summary>Seen from where, for a source that counts at both ends.</summary>
    public RequestView View { get; init; }

    /// <summary>The label that holds the version; null = the source's usual one, or none.</summary>
    public string? VersionLabel { get; init; }

    /// <summary>The label that holds the pod's name; null = the source's usual one.</summary>
    public string? PodLabel { get; init; }

    /// <summary>The label that holds the namespace; null = the source's usual one.</summary>
    public string? NamespaceLabel { get; init; }

    /// <summary>The label that holds the service's name; null = the source's usual one.</summary>
    public string? ServiceLabel { get; init; }

    /// <summary>What stable is called where the source tells versions apart; null = as usual.</summary>
    public string? StableName { get; init; }

    /// <summary>What the canary is called where the source tells versions apart; null = as usual.</summary>
    public string? CanaryName { get; init; }
}

/// <summary>Where requests are counted.</summary>
public enum RequestSource
{
    /// <summary>By the product's own gateway.</summary>
    Gateway,

    /// <summary>By Istio's proxies, of the clients and waypoints or of the pods.</summary>
    Istio,

    /// <summary>By Linkerd's proxies, of the clients.</summary>
    Linkerd,

    /// <summary>By the Envoy proxies of a Consul service mesh, of the clients.</summary>
    Consul,

    /// <summary>By Envoy, by the name of its cluster: Contour, Envoy Gateway and others.</summary>
    Envoy,

    /// <summary>By Traefik.</summary>
    Traefik,

    /// <summary>By ingress-nginx.</summary>
    IngressNginx,

    /// <summary>By HAProxy's own exporter. It has no histogram of durations.</summary>
    HAProxy,

    /// <summary>By the service itself, as http_requests_total and http_request_duration_seconds.</summary>
    Application,

    /// <summary>By the service itself, as OpenTelemetry's http_server_request_duration_seconds.</summary>
    OpenTelemetry,
}

/// <summary>Which end of a connection counts.</summary>
public enum RequestView
{
    /// <summary>The side that sends: clients, gateways and waypoints. It sees requests that reach no pod, too.</summary>
    Client,

    /// <summary>The pods that answer, told apart by their names.</summary>
    Server,
}

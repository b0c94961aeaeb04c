namespace CanaryController.Gateway.Configuration;

/// <summary>Everything that <c>canary-gateway.yaml</c> says, checked. Only <see cref="Routes"/> can change without a restart.</summary>
internal sealed record GatewayOptions
{
    public static readonly Uri DefaultListen = new("http://127.0.0.1:8080");
    public const string DefaultStateFile = "/var/lib/canary-gateway/splits.json";

    /// <summary>Where users' requests come in. Default <c>http://127.0.0.1:8080</c>; port 0 takes a free one.</summary>
    public Uri Listen { get; init; } = DefaultListen;

    /// <summary>The protocols of <see cref="Listen"/>. Default HTTP/1.1; <c>http2</c> is HTTP/2 with prior knowledge (h2c).</summary>
    public ListenProtocol Protocol { get; init; } = ListenProtocol.Http1;

    public required AdminOptions Admin { get; init; }

    /// <summary>Where the applied splits are kept. Default <c>/var/lib/canary-gateway/splits.json</c>.</summary>
    public string StateFile { get; init; } = DefaultStateFile;

    /// <summary>What happens to X-Forwarded-* that a client sent. Default <see cref="ForwardedHeaders.Append"/>.</summary>
    public ForwardedHeaders ForwardedHeaders { get; init; } = ForwardedHeaders.Append;

    /// <summary>How long requests under way may take to finish at shutdown. Default 30 s, 0 s to 10 min.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public LogOptions Logging { get; init; } = new();

    /// <summary>1 to 1,000 routes.</summary>
    public required IReadOnlyList<GatewayRouteOptions> Routes { get; init; }
}

/// <summary>What the user-facing address speaks.</summary>
internal enum ListenProtocol
{
    /// <summary>HTTP/1.1 and WebSockets.</summary>
    Http1,

    /// <summary>HTTP/2 without TLS, for gRPC inside a network.</summary>
    Http2,
}

/// <summary>Whom the gateway believes about the client's address.</summary>
internal enum ForwardedHeaders
{
    /// <summary>Something trusted stands in front: X-Forwarded-For is appended to, -Proto and -Host are kept when they are there.</summary>
    Append,

    /// <summary>The gateway is the edge: what a client sent is replaced.</summary>
    Set,
}

/// <summary>The admin listener.</summary>
internal sealed record AdminOptions
{
    public static readonly Uri DefaultListen = new("http://127.0.0.1:8081");

    /// <summary>Default <c>http://127.0.0.1:8081</c>. Not loopback only with <see cref="AllowNonLoopback"/>.</summary>
    public Uri Listen { get; init; } = DefaultListen;

    /// <summary>One accepted token a line, or <c>sha256:HEX</c> of one. Read again when it changes.</summary>
    public required string TokenFile { get; init; }

    /// <summary>Says that a token sent in clear text over the network is acceptable here. Default false.</summary>
    public bool AllowNonLoopback { get; init; }
}

/// <summary>How the log is written to standard output.</summary>
internal sealed record LogOptions
{
    /// <summary>JSON, one object a line, instead of text. Default false.</summary>
    public bool Json { get; init; }

    /// <summary>Default Information.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;
}

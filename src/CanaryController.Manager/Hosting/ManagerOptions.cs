using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Manager.Traffic.Gateway;
using CanaryController.Manager.Traffic.HAProxy;

namespace CanaryController.Manager.Hosting;

/// <summary>All of <c>canary-controller.yaml</c>.</summary>
internal sealed record ManagerOptions
{
    /// <summary>Where resources come from.</summary>
    public RunMode Mode { get; init; } = RunMode.Standalone;

    /// <summary>The section <c>standalone</c>; for that mode.</summary>
    public StandaloneOptions Standalone { get; init; } = new("", "");

    /// <summary>The section <c>kubernetes</c>; for that mode.</summary>
    public KubernetesOptions Kubernetes { get; init; } = new();

    /// <summary>The section <c>api</c>.</summary>
    public required ApiOptions Api { get; init; }

    /// <summary>The section <c>approvals.webhooks</c>.</summary>
    public ApprovalWebhookOptions ApprovalWebhooks { get; init; } = new([]);

    /// <summary>The section <c>slack</c>.</summary>
    public SlackOptions Slack { get; init; } = new();

    /// <summary>The section <c>probes</c>.</summary>
    public ProbeOptions Probes { get; init; } = new(null as Uri);

    /// <summary>The section <c>prometheus</c>.</summary>
    public required PrometheusOptions Prometheus { get; init; }

    /// <summary>The list <c>gateways</c>; standalone at least one of all routers.</summary>
    public IReadOnlyList<GatewayOptions> Gateways { get; init; } = [];

    /// <summary>The list <c>consuls</c>; standalone at least one of all routers.</summary>
    public IReadOnlyList<ConsulOptions> Consuls { get; init; } = [];

    /// <summary>The list <c>haproxies</c>; standalone at least one of all routers.</summary>
    public IReadOnlyList<HAProxyOptions> HAProxies { get; init; } = [];

    /// <summary>The section <c>outbound</c>.</summary>
    public OutboundOptions Outbound { get; init; } = new();

    /// <summary>The section <c>logging</c>.</summary>
    public LoggingOptions Logging { get; init; } = new();

    /// <summary>The section <c>rollouts</c>.</summary>
    public FleetOptions Fleet { get; init; } = new();

    /// <summary>How many rollouts are worked on at once. Default 4; 1 to 64.</summary>
    public int Workers { get; init; } = 4;
}

/// <summary>Where resources come from.</summary>
internal enum RunMode
{
    /// <summary>A folder of files; state in SQLite.</summary>
    Standalone,

    /// <summary>Objects of a cluster; state in them.</summary>
    Kubernetes,
}

/// <summary>The section <c>standalone</c>.</summary>
/// <param name="Folder">The folder of Rollout files. Required.</param>
/// <param name="Database">The SQLite file; made when it is not there. Required.</param>
internal sealed record StandaloneOptions(string Folder, string Database);

/// <summary>The section <c>logging</c>; logs go to standard error.</summary>
internal sealed record LoggingOptions
{
    /// <summary>How lines look. Default Text.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>The least that is logged. Default Information.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;
}

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

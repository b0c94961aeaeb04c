using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>Which fields a Rollout has, and of what form each is. Their meaning is the rules' business.</summary>
internal static class RolloutBinder
{
    private static readonly string[] _laterRouters =
        ["IngressNginx", "Kuma", "ALB"];

    /// <summary>The whole document.</summary>
    public static Rollout Rollout(FieldReader fields) => new()
    {
        ApiVersion = fields.Text("apiVersion") ?? "",
        Kind = fields.Text("kind") ?? "",
        Metadata = fields.Section("metadata", Metadata) ?? new(),
        Spec = fields.Section("spec", Spec) ?? new(),
    };

    private static RolloutMetadata Metadata(FieldReader fields)
    {
        var defaults = new RolloutMetadata();
        return new()
        {
            Name = fields.Text("name") ?? "",
            Namespace = fields.Text("namespace") ?? defaults.Namespace,
            Labels = fields.Pairs("labels"),
            Annotations = fields.Pairs("annotations"),
        };
    }

    private static SpecSection Spec(FieldReader fields) => new()
    {
        Workload = fields.Section("workload", Workload) ?? new(),
        Service = fields.Section("service", Service),
        Traffic = fields.Section("traffic", Traffic) ?? new(),
        Strategy = fields.Section("strategy", Strategy) ?? new(),
        Analysis = fields.Section("analysis", Analysis) ?? new(),
        Notifications = fields.Section("notifications", each => new NotificationsSection { Channels = each.Texts("channels") }) ?? new(),
    };

    private static WorkloadSection Workload(FieldReader fields) => new()
    {
        Kind = fields.Choice<WorkloadType>("kind"),
        Name = fields.Text("name"),
        ProgressDeadline = fields.Duration("progressDeadline", mayBeZero: false) ?? WorkloadSection.DefaultProgressDeadline,
        Versions = fields.Section("versions", each => new VersionsSection { Stable = each.Text("stable") ?? "", Canary = each.Text("canary") }),
    };

    private static ServiceSection Service(FieldReader fields) => new() { Name = fields.Text("name") ?? "", Port = fields.Count("port", 1, 65_535) };

    private static TrafficSection Traffic(FieldReader fields) => new()
    {
        Router = fields.Choice<RouterType>("router", _laterRouters),
        Gateway = fields.Section("gateway", each => new GatewaySection { Name = each.Text("name") ?? new GatewaySection().Name, Route = each.Text("route") ?? "" }),
        GatewayApi = fields.Section("gatewayAPI", each => new GatewayApiSection { HttpRoutes = Routes(each, "httpRoutes"), GrpcRoutes = Routes(each, "grpcRoutes"), TcpRoutes = Routes(each, "tcpRoutes") }),
        Istio = fields.Section("istio", each => new IstioSection { VirtualServices = each.Sections("virtualServices", VirtualService), DestinationRule = each.Section("destinationRule", DestinationRule) }),
        Linkerd = fields.Section(
            "linkerd",
            each => new LinkerdSection { HttpRoutes = Routes(each, "httpRoutes"), GrpcRoutes = Routes(each, "grpcRoutes"), PolicyHttpRoutes = Routes(each, "policyHTTPRoutes") }),
        Smi = fields.Section("smi", each => new SmiSection { TrafficSplits = Routes(each, "trafficSplits") }),
        Traefik = fields.Section("traefik", each => new TraefikSection { TraefikServices = Routes(each, "traefikServices"), IngressRoutes = Routes(each, "ingressRoutes"), IngressRouteTcps = Routes(each, "ingressRouteTCPs") }),
        Contour = fields.Section("contour", each => new ContourSection { HttpProxies = Routes(each, "httpProxies") }),
        IngressNginx = fields.Section("ingressNginx", each => new IngressNginxSection { Ingresses = Routes(each, "ingresses") }),
        Consul = fields.Section("consul", each => new ConsulSection { Name = each.Text("name") ?? new ConsulSection().Name, Service = each.Text("service") ?? "", ServiceRouter = each.Boolean("serviceRouter") ?? false }),
        HAProxy = fields.Section("haproxy", each => new HAProxySection { Name = each.Text("name") ?? new HAProxySection().Name, Backend = each.Text("backend") ?? "" }),
    };

    private static EquatableArray<RouteSection> Routes(FieldReader fields, string list) => fields.Sections(list, each => new RouteSection { Name = each.Text("name") ?? "" });

    private static VirtualServiceSection VirtualService(FieldReader fields) => new() { Name = fields.Text("name") ?? "", Routes = fields.Texts("routes") };

    private static DestinationRuleSection DestinationRule(FieldReader fields)
    {
        var defaults = new DestinationRuleSection();
        return new() { Name = fields.Text("name") ?? "", Stable = fields.Text("stable") ?? defaults.Stable, Canary = fields.Text("canary") ?? defaults.Canary };
    }

    private static StrategySection Strategy(FieldReader fields) => new()
    {
        Steps = fields.Sections("steps", Step),
        Windows = fields.Sections("windows", Window),
        RollbackWindow = fields.Section("rollbackWindow", each => new RollbackWindowSection { Revisions = each.Count("revisions", 0, 10) ?? 0 }) ?? new(),
        DrainDelay = fields.Duration("drainDelay") ?? StrategySection.DefaultDrainDelay,
    };

    private static WindowSection Window(FieldReader fields) => new()
    {
        Cron = fields.Text("cron") ?? "",
        Duration = fields.Duration("duration", mayBeZero: false),
        TimeZone = fields.Text("timeZone"),
        Except = fields.Texts("except"),
    };

    private static StepSection Step(FieldReader fields) => new()
    {
        Weight = fields.Number("weight", 0, 100),
        Hold = fields.Duration("hold") ?? TimeSpan.Zero,
        MinRequests = fields.Whole("minRequests", 0, 1_000_000_000) ?? 0,
        Replicas = fields.Replicas("replicas"),
        Approval = fields.Section("approval", Approval),
        Gates = fields.Sections("gates", Gate),
        Match = fields.Section("match", each => new MatchSection { Headers = each.Sections("headers", Pair), Cookies = each.Sections("cookies", Pair) }),
        Mirror = fields.Boolean("mirror") ?? false,
        Metrics = fields.Sections("metrics", Metric),
    };

    private static NameValueSection Pair(FieldReader fields) => new() { Name = fields.Text("name") ?? "", Value = fields.Text("value") ?? "" };

    private static ApprovalSection Approval(FieldReader fields) => new()
    {
        Name = fields.Text("name") ?? "",
        Required = fields.Count("required", 1, 10) ?? 1,
        Approvers = fields.Section("approvers", Approvers),
        AllowAuthor = fields.Boolean("allowAuthor") ?? true,
        Channels = fields.Texts("channels"),
        Timeout = fields.Duration("timeout", mayBeZero: false),
        OnTimeout = fields.Choice<ApprovalTimeoutAction>("onTimeout") ?? ApprovalTimeoutAction.Abort,
    };

    private static ApproversSection Approvers(FieldReader fields) => new()
    {
        Users = fields.Texts("users"),
        Groups = fields.Texts("groups"),
        Tokens = fields.Texts("tokens"),
        SlackUsers = fields.Texts("slackUsers"),
        SlackGroups = fields.Texts("slackGroups"),
        WebhookKeys = fields.Texts("webhookKeys"),
        People = fields.Sections("people", each => new PersonSection { Name = each.Text("name") ?? "", User = each.Text("user"), Token = each.Text("token"), SlackUser = each.Text("slackUser") }),
    };

    private static GateSection Gate(FieldReader fields) => new()
    {
        Name = fields.Text("name") ?? "",
        When = fields.Choice<GateMoment>("when"),
        Url = fields.Text("url"),
        Channel = fields.Text("channel"),
        Secret = fields.Section("secret", NotificationChannelBinder.SecretKey),
        Format = fields.Choice<GateFormat>("format"),
        Timeout = fields.Duration("timeout", mayBeZero: false),
        Interval = fields.Duration("interval", mayBeZero: false),
        Deadline = fields.Duration("deadline", mayBeZero: false),
        OnRefusal = fields.Choice<GateRefusal>("onRefusal"),
        Metadata = fields.Sections("metadata", each => new GateMetadataSection { Name = each.Text("name") ?? "", Value = each.Text("value") ?? "" }),
    };

    private static AnalysisSection Analysis(FieldReader fields)
    {
        var defaults = new AnalysisSection();
        return new()
        {
            Source = fields.Choice<RequestSource>("source"),
            SourceView = fields.Choice<RequestView>("sourceView"),
            SourceLabels = fields.Section("sourceLabels", SourceLabels),
            SourceNames = fields.Section("sourceNames", each => new SourceNamesSection { Stable = each.Text("stable"), Canary = each.Text("canary") }),
            FalseAlarmRate = fields.Number("falseAlarmRate", 0.01m, 20) ?? defaults.FalseAlarmRate,
            WarmUp = fields.Duration("warmUp") ?? defaults.WarmUp,
            Metrics = fields.Sections("metrics", Metric),
            OnNoData = fields.Choice<MissingEvidenceAction>("onNoData") ?? defaults.OnNoData,
            OnBelowMinRequests = fields.Choice<MissingEvidenceAction>("onBelowMinRequests") ?? defaults.OnBelowMinRequests,
            OnProviderError = fields.Choice<MissingEvidenceAction>("onProviderError") ?? defaults.OnProviderError,
            HoldLimit = fields.Duration("holdLimit", mayBeZero: false) ?? defaults.HoldLimit,
            OnHoldLimit = fields.Choice<HoldLimitAction>("onHoldLimit") ?? defaults.OnHoldLimit,
        };
    }

    private static SourceLabelsSection SourceLabels(FieldReader fields) => new()
    {
        Version = fields.Text("version"),
        Pod = fields.Text("pod"),
        Namespace = fields.Text("namespace"),
        Service = fields.Text("service"),
    };

    private static TemplateSection Template(FieldReader fields) => new()
    {
        Name = fields.Text("name") ?? "",
        Kind = fields.Choice<TemplateScope>("kind") ?? TemplateScope.MetricTemplate,
        Args = fields.Sections("args", each => new TemplateArgumentSection { Name = each.Text("name") ?? "", Value = each.Text("value") ?? "" }),
    };

    private static MetricSection Metric(FieldReader fields) => new()
    {
        Name = fields.Text("name") ?? "",
        Builtin = fields.Choice<BuiltinMetric>("builtin"),
        Quantile = fields.Ratio("quantile", 0.0001m, 0.9999m),
        Query = fields.Text("query", insteadOf: "builtin"),
        Template = fields.Section("template", Template),
        Interval = fields.Duration("interval", mayBeZero: false),
        FailureLimit = fields.Count("failureLimit", 0, 1_000),
        Threshold = fields.Section("threshold", each => new ThresholdSection { Min = each.Limit("min"), Max = each.Limit("max") }),
        Compare = fields.Section("compare", each => new CompareSection { To = each.Choice<ComparedVersion>("to"), Tolerate = each.Ratio("tolerate", 1, 100) ?? CompareSection.DefaultTolerate }),
    };
}

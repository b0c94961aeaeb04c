using CanaryController.Core.Rollouts;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Crds;

/// <summary>
/// What the API server checks by itself: the bounds that the validators in <c>Rules/</c> have, as far as a schema can say them. Everything else is refused by the controller, with
/// the condition <c>Stalled</c>. Fields below a list have no default here: tools that compare lists as a whole would show what the API server filled in as a difference for ever.
/// </summary>
internal static class FieldBounds
{
    private static readonly Dictionary<(Type Owner, string Field), Func<Schema, Schema>> _bounds = new()
    {
        [(typeof(WorkloadSection), "name")] = Label,
        [(typeof(WorkloadSection), "progressDeadline")] = schema => schema with { Default = "10m" },
        [(typeof(VersionsSection), "stable")] = Label,
        [(typeof(VersionsSection), "canary")] = Label,
        [(typeof(ServiceSection), "name")] = schema => Label(schema) with { MaxLength = KubernetesRules.MaxServiceNameCharacters },
        [(typeof(ServiceSection), "port")] = Range(1, 65_535),
        [(typeof(GatewaySection), "name")] = schema => Label(schema) with { Default = "default" },
        [(typeof(GatewaySection), "route")] = Label,
        [(typeof(ConsulSection), "name")] = schema => Label(schema) with { Default = "default" },
        [(typeof(ConsulSection), "service")] = Label,
        [(typeof(HAProxySection), "name")] = schema => Label(schema) with { Default = "default" },
        [(typeof(HAProxySection), "backend")] = schema => schema with { Pattern = Patterns.ProxyName, MinLength = 1, MaxLength = 128 },
        [(typeof(GatewayApiSection), "httpRoutes")] = Routes,
        [(typeof(GatewayApiSection), "grpcRoutes")] = Routes,
        [(typeof(GatewayApiSection), "tcpRoutes")] = Routes,
        [(typeof(IstioSection), "virtualServices")] = Routes,
        [(typeof(VirtualServiceSection), "name")] = Subdomain,
        [(typeof(VirtualServiceSection), "routes")] = schema => schema with
        {
            ListType = "set", MaxItems = IstioValidator.MaxNames, Items = schema.Items! with { MinLength = 1, MaxLength = IstioValidator.MaxNameCharacters },
        },
        [(typeof(DestinationRuleSection), "name")] = Subdomain,
        [(typeof(DestinationRuleSection), "stable")] = schema => Label(schema) with { Default = "stable" },
        [(typeof(DestinationRuleSection), "canary")] = schema => Label(schema) with { Default = "canary" },
        [(typeof(LinkerdSection), "httpRoutes")] = Routes,
        [(typeof(LinkerdSection), "grpcRoutes")] = Routes,
        [(typeof(LinkerdSection), "policyHTTPRoutes")] = Routes,
        [(typeof(SmiSection), "trafficSplits")] = Routes,
        [(typeof(TraefikSection), "traefikServices")] = Routes,
        [(typeof(TraefikSection), "ingressRoutes")] = Routes,
        [(typeof(TraefikSection), "ingressRouteTCPs")] = Routes,
        [(typeof(ContourSection), "httpProxies")] = Routes,
        [(typeof(IngressNginxSection), "ingresses")] = Routes,
        [(typeof(RouteSection), "name")] = Subdomain,
        [(typeof(StrategySection), "steps")] = schema => schema with { MinItems = 1, MaxItems = Cel.MaxSteps, Rules = [Cel.WeightsNeverFall] },
        [(typeof(StrategySection), "windows")] = schema => schema with { MaxItems = WindowRules.MaxWindows },
        [(typeof(WindowSection), "cron")] = CronExpression,
        [(typeof(WindowSection), "except")] = Days,
        [(typeof(WindowSection), "timeZone")] = ZoneName,
        [(typeof(FreezeWindowSpec), "reason")] = schema => schema with { MinLength = 1, MaxLength = FreezeWindowValidator.MaxReasonCharacters },
        [(typeof(FreezeWindowSpec), "start")] = Moment,
        [(typeof(FreezeWindowSpec), "end")] = Moment,
        [(typeof(FreezeWindowSpec), "cron")] = CronExpression,
        [(typeof(FreezeWindowSpec), "dates")] = Days,
        [(typeof(FreezeWindowSpec), "timeZone")] = ZoneName,
        [(typeof(FreezeSelectorSection), "names")] = schema => schema with { ListType = "set", MaxItems = 100, Items = Label(schema.Items!) },
        [(typeof(StrategySection), "drainDelay")] = schema => schema with { Default = "30s" },
        [(typeof(RollbackWindowSection), "revisions")] = schema => Range(0, 10)(schema) with { Default = "0" },
        [(typeof(StepSection), "weight")] = schema => Range(0, 100)(schema) with { Rules = [Cel.WeightInHundredths] },
        [(typeof(StepSection), "minRequests")] = Range(0, 1_000_000_000),
        [(typeof(StepSection), "gates")] = schema => Named(schema) with { MaxItems = 10 },
        [(typeof(GateSection), "name")] = Label,
        [(typeof(GateSection), "url")] = schema => schema with { Pattern = Patterns.OutgoingUrl, MinLength = 1, MaxLength = OutgoingUrl.MaxCharacters },
        [(typeof(GateSection), "channel")] = Label,
        [(typeof(GateSection), "metadata")] = schema => Named(schema) with { MaxItems = GateValidator.MaxMetadata },
        [(typeof(GateMetadataSection), "name")] = schema => schema with { MinLength = 1, MaxLength = GateValidator.MaxMetadataName },
        [(typeof(GateMetadataSection), "value")] = schema => schema with { MaxLength = GateValidator.MaxMetadataValue },
        [(typeof(StepSection), "metrics")] = schema => Named(schema) with { MaxItems = 20 },
        [(typeof(MatchSection), "headers")] = schema => schema with { MaxItems = 16 },
        [(typeof(MatchSection), "cookies")] = schema => schema with { MaxItems = 16 },
        [(typeof(NameValueSection), "name")] = schema => schema with { Pattern = Patterns.HttpToken, MinLength = 1, MaxLength = 128 },
        [(typeof(NameValueSection), "value")] = schema => schema with { Pattern = Patterns.VisibleText, MinLength = 1, MaxLength = 256 },
        [(typeof(ApprovalSection), "name")] = Label,
        [(typeof(ApprovalSection), "required")] = Range(1, 10),
        [(typeof(ApproversSection), "users")] = Approvers,
        [(typeof(ApproversSection), "groups")] = Approvers,
        [(typeof(ApproversSection), "tokens")] = Approvers,
        [(typeof(ApproversSection), "slackUsers")] = Approvers,
        [(typeof(ApproversSection), "slackGroups")] = Approvers,
        [(typeof(ApproversSection), "webhookKeys")] = Approvers,
        [(typeof(ApproversSection), "people")] = schema => Named(schema) with { MaxItems = ApproversSection.MaxNames },
        [(typeof(PersonSection), "name")] = Approver,
        [(typeof(PersonSection), "user")] = Approver,
        [(typeof(PersonSection), "token")] = Approver,
        [(typeof(PersonSection), "slackUser")] = Approver,
        [(typeof(ApprovalSection), "channels")] = Channels,
        [(typeof(NotificationsSection), "channels")] = Channels,
        [(typeof(NotificationChannelSpec), "events")] = Set,
        [(typeof(WebhookSection), "url")] = schema => schema with { Pattern = Patterns.OutgoingUrl, MinLength = 1, MaxLength = OutgoingUrl.MaxCharacters },
        [(typeof(SecretKeySection), "name")] = Subdomain,
        [(typeof(SecretKeySection), "key")] = schema => schema with { Pattern = Patterns.SecretKey, MinLength = 1, MaxLength = 253 },
        [(typeof(SlackSection), "channel")] = schema => schema with { Pattern = Patterns.SlackChannel, MinLength = 1, MaxLength = 81 },
        [(typeof(SlackSection), "mentions")] = schema => schema with { MaxItems = SlackValidator.MaxMentions },
        [(typeof(SlackTemplatesSection), "title")] = schema => schema with { MaxLength = SlackValidator.MaxTitle },
        [(typeof(SlackTemplatesSection), "text")] = schema => schema with { MaxLength = SlackValidator.MaxText },
        [(typeof(SlackMentionSection), "events")] = Set,
        [(typeof(SlackMentionSection), "who")] = schema => Set(schema) with { MinItems = 1, MaxItems = SlackValidator.MaxMentions, Items = schema.Items! with { Pattern = Patterns.SlackMention, MaxLength = 31 } },
        [(typeof(AnalysisSection), "falseAlarmRate")] = schema => Range(0, 20)(schema) with { IsMinimumExclusive = true, Default = "1" },
        [(typeof(SourceLabelsSection), "version")] = MetricLabel,
        [(typeof(SourceLabelsSection), "pod")] = MetricLabel,
        [(typeof(SourceLabelsSection), "namespace")] = MetricLabel,
        [(typeof(SourceLabelsSection), "service")] = MetricLabel,
        [(typeof(SourceNamesSection), "stable")] = schema => schema with { MinLength = 1, MaxLength = 253 },
        [(typeof(SourceNamesSection), "canary")] = schema => schema with { MinLength = 1, MaxLength = 253 },
        [(typeof(AnalysisSection), "warmUp")] = schema => schema with { Default = "0s" },
        [(typeof(AnalysisSection), "metrics")] = schema => Named(schema) with { MaxItems = 20 },
        [(typeof(AnalysisSection), "onNoData")] = schema => schema with { Default = "Hold" },
        [(typeof(AnalysisSection), "onBelowMinRequests")] = schema => schema with { Default = "Hold" },
        [(typeof(AnalysisSection), "onProviderError")] = schema => schema with { Default = "Hold" },
        [(typeof(AnalysisSection), "holdLimit")] = schema => schema with { Default = "30m" },
        [(typeof(AnalysisSection), "onHoldLimit")] = schema => schema with { Default = "Abort" },
        [(typeof(MetricSection), "name")] = Label,
        [(typeof(MetricSection), "quantile")] = schema => Range(0, 1)(schema) with { IsMinimumExclusive = true, IsMaximumExclusive = true },
        [(typeof(MetricSection), "query")] = schema => schema with { MinLength = 1, MaxLength = QueryText.MaxCharacters },
        [(typeof(MetricSection), "failureLimit")] = Range(0, 1_000),
        [(typeof(TemplateSection), "name")] = Label,
        [(typeof(TemplateSection), "args")] = schema => Named(schema) with { MaxItems = TemplateArguments.MaxArguments },
        [(typeof(TemplateArgumentSection), "name")] = schema => schema with { Pattern = Patterns.ArgumentName, MinLength = 1, MaxLength = 63 },
        [(typeof(TemplateArgumentSection), "value")] = schema => schema with { MaxLength = TemplateArguments.MaxValueCharacters },
        [(typeof(MetricTemplateSpec), "description")] = schema => schema with { MaxLength = 500 },
        [(typeof(MetricTemplateSpec), "args")] = schema => Named(schema) with { MaxItems = TemplateArguments.MaxArguments },
        [(typeof(MetricTemplateSpec), "query")] = schema => schema with { MinLength = 1, MaxLength = QueryText.MaxCharacters },
        [(typeof(TemplateParameterSection), "name")] = schema => schema with { Pattern = Patterns.ArgumentName, MinLength = 1, MaxLength = 63 },
        [(typeof(TemplateParameterSection), "default")] = schema => schema with { MaxLength = TemplateArguments.MaxValueCharacters },
        [(typeof(TemplateParameterSection), "description")] = schema => schema with { MaxLength = 500 },
        [(typeof(CompareSection), "tolerate")] = Range(1, 100),
        [(typeof(RolloutStatus), "conditions")] = schema => schema with { ListType = "map", ListKey = "type", MaxItems = 16 },
        [(typeof(RolloutStatus), "metrics")] = schema => Named(schema) with { MaxItems = 40 },
        [(typeof(RolloutStatus), "history")] = schema => schema with { MaxItems = RolloutStatus.MaxHistory },
        [(typeof(RolloutStatus), "transitions")] = schema => schema with { MaxItems = RolloutStatus.MaxTransitions },
        [(typeof(RolloutStatus), "commands")] = schema => schema with { MaxItems = RolloutStatus.MaxCommands },
        [(typeof(RolloutStatus), "images")] = schema => schema with { MaxItems = RolloutStatus.MaxImages },
        [(typeof(RevisionImages), "images")] = schema => schema with { MaxItems = RevisionImages.MaxImages },
        [(typeof(RolloutStatus), "state")] = schema => schema with { Fields = [], KeepsUnknown = true },
        [(typeof(Transition), "weight")] = schema => schema with { Description = "The wanted weight after, in basis points (hundredths of a percent): 0 to 10,000." },
        [(typeof(RolloutCommandSpec), "rollout")] = Label,
        [(typeof(RolloutCommandSpec), "revision")] = Version,
        [(typeof(RolloutCommandSpec), "step")] = Range(1, 50),
        [(typeof(RolloutCommandSpec), "expectedTarget")] = Version,
        [(typeof(RolloutCommandSpec), "reason")] = schema => schema with { MaxLength = RolloutCommandSpec.MaxReasonCharacters },
        [(typeof(ApprovalSpec), "rollout")] = Label,
        [(typeof(ApprovalSpec), "revision")] = Version,
        [(typeof(ApprovalSpec), "step")] = Range(1, 50),
        [(typeof(ApprovalSpec), "comment")] = schema => schema with { MaxLength = RolloutCommandSpec.MaxReasonCharacters },
    };

    private static readonly Dictionary<Type, CelRule[]> _rules = new()
    {
        [typeof(SpecSection)] = [Cel.DeploymentHasService, Cel.TargetsStay, Cel.ExternalHasNoSizes, Cel.RatioReaches, Cel.IngressesAreOfDeployments, Cel.ConsulIsOfDeployments],
        [typeof(WorkloadSection)] = [Cel.DeploymentHasName, Cel.ExternalHasVersions],
        [typeof(TrafficSection)] = [Cel.OnKubernetes, Cel.RouterHasRoutes],
        [typeof(GatewayApiSection)] = Cel.RoutesStay("httpRoutes", "grpcRoutes", "tcpRoutes"),
        [typeof(IstioSection)] = [.. Cel.RoutesStay("virtualServices"), Cel.SubsetsStay],
        [typeof(VirtualServiceSection)] = [Cel.NamedRoutesStay],
        [typeof(LinkerdSection)] = Cel.RoutesStay("httpRoutes", "grpcRoutes", "policyHTTPRoutes"),
        [typeof(SmiSection)] = Cel.RoutesStay("trafficSplits"),
        [typeof(TraefikSection)] = Cel.RoutesStay("traefikServices", "ingressRoutes", "ingressRouteTCPs"),
        [typeof(ContourSection)] = Cel.RoutesStay("httpProxies"),
        [typeof(IngressNginxSection)] = Cel.RoutesStay("ingresses"),
        [typeof(ConsulSection)] = [Cel.ServiceRouterStays],
        [typeof(StepSection)] = [Cel.MirrorsAtZero],
        [typeof(NotificationChannelSpec)] = [Cel.OneDestination],
        [typeof(GateSection)] = [Cel.GateHasPlace, Cel.RollbackIsNotWaitedFor],
        [typeof(MetricSection)] = [Cel.BuiltinOrQuery, Cel.SomethingIsAsked],
        [typeof(ApprovalSpec)] = [Cel.ApprovalNeverChanges],
        [typeof(FreezeWindowSpec)] = [Cel.FreezeHasOneForm, Cel.FreezeEnds],
        [typeof(RolloutCommandSpec)] = [Cel.CommandNeverChanges, Cel.StartHasRevision, Cel.NoStep, Cel.NoTarget, Cel.BreakGlassHasReason],
    };

    /// <summary>The schema of a field with its bounds.</summary>
    public static Schema Apply(Type owner, string field, Schema schema) => _bounds.TryGetValue((owner, field), out var bound) ? bound(schema) : schema;

    /// <summary>The rules over the fields of a type.</summary>
    public static IReadOnlyList<CelRule> Rules(Type type) => _rules.GetValueOrDefault(type, []);

    private static Schema Label(Schema schema) => schema with { Pattern = Patterns.DnsLabel, MinLength = 1, MaxLength = 63 };

    private static Schema Subdomain(Schema schema) => schema with { Pattern = Patterns.DnsSubdomain, MinLength = 1, MaxLength = 253 };

    private static Schema Version(Schema schema) => schema with { Pattern = Patterns.Version, MinLength = 1, MaxLength = 63 };

    private static Schema MetricLabel(Schema schema) => schema with { Pattern = Patterns.MetricLabel, MinLength = 1, MaxLength = 128 };

    private static Schema Approver(Schema schema) => schema with { MinLength = 1, MaxLength = ApproversSection.MaxNameCharacters };

    private static Schema Approvers(Schema schema) => schema with { ListType = "set", MaxItems = ApproversSection.MaxNames, Items = Approver(schema.Items!) };

    private static Schema CronExpression(Schema schema) => schema with { MinLength = 11, MaxLength = Windows.CronText.MaxCharacters };

    /// <summary>RFC 3339 with nine digits of a second.</summary>
    private static Schema Moment(Schema schema) => schema with { MaxLength = 35 };

    private static Schema ZoneName(Schema schema) => schema with { MinLength = 1, MaxLength = 64 };

    private static Schema Days(Schema schema) => schema with { ListType = "set", MaxItems = WindowRules.MaxDays, Items = schema.Items! with { Pattern = Patterns.Day, MaxLength = 10 } };

    private static Schema Named(Schema schema) => schema with { ListType = "map", ListKey = "name" };

    private static Schema Channels(Schema schema) => schema with { ListType = "set", MaxItems = SpecValidator.MaxChannels, Items = Label(schema.Items!) };

    private static Schema Set(Schema schema) => schema with { ListType = "set", MaxItems = 16 };

    private static Schema Routes(Schema schema) => Named(schema) with { MaxItems = 16 };

    private static Func<Schema, Schema> Range(decimal least, decimal most) => schema => schema with { Minimum = least, Maximum = most };
}

using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Mapping;

/// <summary>Turns a valid resource into what Core decides by: percent to ratios, durations to base units, names to values.</summary>
public static class RolloutSpecMapper
{
    /// <summary>What the user wants, in Core's words.</summary>
    /// <param name="rollout">A resource that keeps the rules of <see cref="Rules.RolloutValidator"/>.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static RolloutSpec ToSpec(Rollout rollout)
    {
        var spec = rollout.Spec;
        return new RolloutSpec
        {
            Workload = Workload(spec.Workload.Kind ?? throw Invalid("spec.workload.kind")),
            InitialStableRevision = spec.Workload.Versions?.Stable,
            Steps = Each(spec.Strategy.Steps, Step),
            Analysis = Analysis(spec.Analysis) with { Counting = Counting(spec) },
            ProgressDeadline = spec.Workload.ProgressDeadline,
            DrainDelay = spec.Strategy.DrainDelay,
            RollbackWindowRevisions = spec.Strategy.RollbackWindow.Revisions,
            Channels = spec.Notifications.Channels,
        };
    }

    /// <summary>The revision that the resource asks for; null for Deployments, which say it by their template.</summary>
    public static string? DeclaredRevision(Rollout rollout) => rollout.Spec.Workload.Versions is { } versions ? versions.Canary ?? versions.Stable : null;

    /// <summary>A template as Core names it.</summary>
    public static MetricTemplateReference Reference(TemplateSection template) =>
        new(template.Name, template.Kind is TemplateScope.ClusterMetricTemplate, Each(template.Args, each => new TemplateArgument(each.Name, each.Value)));

    private static WorkloadKind Workload(WorkloadType kind) => kind switch
    {
        WorkloadType.Deployment => WorkloadKind.Managed,
        WorkloadType.External => WorkloadKind.External,
    };

    private static RolloutStep Step(StepSection step) => new()
    {
        Weight = CanaryWeight.TryFromPercent(step.Weight ?? -1) ?? throw Invalid("weight"),
        Hold = step.Hold,
        MinRequests = step.MinRequests,
        Replicas = step.Replicas is { } size ? new ReplicaTarget(size.Count, size.Percent) : null,
        Approval = step.Approval is { } approval ? Approval(approval) : null,
        Gates = Each(step.Gates, Gate),
        Matches = step.Match is { } match
            ? [.. Each(match.Headers, each => Match(RequestMatchKind.Header, each)), .. Each(match.Cookies, each => Match(RequestMatchKind.Cookie, each))]
            : [],
        IsMirrored = step.Mirror,
        Metrics = Each(step.Metrics, Metric),
    };

    private static GateSpec Gate(GateSection gate) => new()
    {
        Name = gate.Name,
        When = gate.When ?? throw Invalid("when"),
        Url = gate.Url,
        Channel = gate.Channel,
        Format = gate.Format ?? GateFormat.CloudEvents,
        Secret = gate.Secret is { } secret ? new GateSecret(secret.Name, secret.Key) : null,
        Timeout = gate.Timeout ?? GateSection.DefaultTimeout,
        Interval = gate.Interval ?? GateSection.DefaultInterval,
        Deadline = gate.Deadline ?? (gate.When is GateMoment.Rollback || gate.OnRefusal is GateRefusal.Hold ? null : GateSection.DefaultDeadline),
        OnRefusal = gate.OnRefusal ?? GateRefusal.Abort,
        Metadata = Each(gate.Metadata, each => new GateMetadata(each.Name, each.Value)),
    };

    private static RequestMatch Match(RequestMatchKind kind, NameValueSection pair) => new(kind, pair.Name, pair.Value);

    private static ApprovalRequirement Approval(ApprovalSection approval) => new()
    {
        Name = approval.Name,
        Required = approval.Required,
        Approvers = approval.Approvers is { } list ? Approvers(list) : null,
        RefusesAuthor = !approval.AllowAuthor,
        Timeout = approval.Timeout,
        OnTimeout = approval.OnTimeout,
        Channels = approval.Channels,
    };

    private static ApproverList Approvers(ApproversSection list) => new()
    {
        Users = list.Users,
        Groups = list.Groups,
        Tokens = list.Tokens,
        SlackUsers = list.SlackUsers,
        SlackGroups = list.SlackGroups,
        WebhookKeys = list.WebhookKeys,
        People = Each(list.People, each => new ApproverPerson(each.Name, each.User, each.Token, each.SlackUser)),
    };

    private static AnalysisPolicy Analysis(AnalysisSection analysis) => new()
    {
        Metrics = Each(analysis.Metrics, Metric),
        FalseAlarmRate = (double)(analysis.FalseAlarmRate / 100),
        WarmUp = analysis.WarmUp,
        OnNoData = analysis.OnNoData,
        OnBelowMinRequests = analysis.OnBelowMinRequests,
        OnProviderError = analysis.OnProviderError,
        HoldLimit = analysis.HoldLimit,
        OnHoldLimit = analysis.OnHoldLimit,
    };

    /// <summary>Null for the product's own gateway, which takes no names, and where nobody is said to count.</summary>
    private static RequestCounting? Counting(SpecSection spec)
    {
        if (EffectiveSource.Of(spec) is not { } source || source is RequestSource.Gateway)
        {
            return null;
        }

        var (labels, names) = (spec.Analysis.SourceLabels, spec.Analysis.SourceNames);
        return new RequestCounting
        {
            Source = source,
            View = EffectiveSource.ViewOf(spec),
            VersionLabel = labels?.Version,
            PodLabel = labels?.Pod,
            NamespaceLabel = labels?.Namespace,
            ServiceLabel = labels?.Service,
            StableName = names?.Stable,
            CanaryName = names?.Canary,
        };
    }

    private static MetricSpec Metric(MetricSection metric)
    {
        var kind = metric.Measured ?? throw Invalid("builtin");
        return new MetricSpec
        {
            Name = metric.Name,
            Kind = kind,
            Quantile = metric.Quantile ?? MetricSection.DefaultQuantile,
            Query = metric.Query,
            Template = metric.Template is { } template ? Reference(template) : null,
            Interval = metric.Interval ?? MetricSection.DefaultInterval,
            FailureLimit = metric.FailureLimit ?? 0,
            Min = BaseUnits(kind, metric.Threshold?.Min),
            Max = BaseUnits(kind, metric.Threshold?.Max),
            TolerateRatio = metric.Compare?.Tolerate,
        };
    }

    private static double? BaseUnits(MetricKind kind, LimitText? limit) => limit is null ? null : kind switch
    {
        MetricKind.RequestSuccessRate => (double)((limit.Number ?? throw Invalid("threshold")) / 100),
        MetricKind.RequestDuration => (limit.Duration ?? throw Invalid("threshold")).TotalSeconds,
        MetricKind.Query => (double)(limit.Number ?? throw Invalid("threshold")),
    };

    private static EquatableArray<TTo> Each<TFrom, TTo>(EquatableArray<TFrom> items, Func<TFrom, TTo> map) => [.. items.Select(map)];

    private static ArgumentException Invalid(string field) => new($"The resource breaks the rules at {field}; check it before.");
}

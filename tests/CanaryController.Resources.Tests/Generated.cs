using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>Random resources that keep all rules, those of the standalone manager too.</summary>
internal static class Generated
{
    private static readonly Gen<string> _label =
        Gen.Select(Gen.Char['a', 'z'], Gen.String[Gen.Char["abcxyz0189-"], 0, 20], Gen.Char['0', '9'], (first, middle, last) => $"{first}{middle}{last}");

    private static readonly Gen<string> _version =
        Gen.Select(Gen.Char['A', 'Z'], Gen.String[Gen.Char["abcXYZ0189-_."], 0, 20], Gen.Char['0', '9'], (first, middle, last) => $"{first}{middle}{last}");

    private static readonly Gen<string> _text = Gen.String[Gen.Char["ab\u00e9\u4e2d 09:#'\"{}[],&*!|>%@\\\t\n-~/"], 0, 30];

    private static readonly Gen<MetricSection> _metric = Gen.OneOf(
        Gen.Select(Gen.Int[200, 9_999], Gen.Bool, Tolerate, (percent, compared, tolerate) => new MetricSection
        {
            Builtin = BuiltinMetric.RequestSuccessRate,
            Threshold = new() { Min = LimitText.Of(percent / 100m) },
            Compare = compared ? new() { To = ComparedVersion.Stable, Tolerate = tolerate } : null,
        }),
        Gen.Select(Gen.Double[0.001, 0.999], Gen.Int[5, 10_000], (quantile, milliseconds) => new MetricSection
        {
            Builtin = BuiltinMetric.RequestDuration,
            Quantile = quantile,
            Threshold = new() { Max = LimitText.Of(TimeSpan.FromMilliseconds(milliseconds)) },
        }),
        Gen.Select(_text, Span(1_000, 3_600_000).Nullable(), Gen.Int[0, 1_000].Nullable(), Gen.Decimal[-1e6m, 1e6m], Gen.Decimal[0, 1e6m].Nullable(), (text, interval, failures, min, range) => new MetricSection
        {
            Query = "x{{version}}" + text.Replace("{{", "", StringComparison.Ordinal),
            Interval = interval,
            FailureLimit = failures,
            Threshold = new() { Min = LimitText.Of(min), Max = range is { } more ? LimitText.Of(min + more) : null },
        }));

    private static readonly Gen<NameValueSection> _pair =
        Gen.Select(_label, Gen.String[Gen.Char["abcXYZ019-_."], 1, 30], (name, value) => new NameValueSection { Name = name, Value = value });

    private static readonly Gen<ApproversSection> _approvers = Gen.Select(
        _label, _label, Gen.Int[0, 999], Gen.Bool,
        (user, group, id, isPerson) => new ApproversSection
        {
            Users = [user],
            Groups = [group, $"{group}-2"],
            SlackUsers = [$"U{id:000}"],
            People = isPerson ? [new PersonSection { Name = user, User = $"{user}@example.com", SlackUser = $"W{id:000}" }] : [],
        });

    private static readonly Gen<ApprovalSection> _approval = Gen.Select(
        _label, Gen.Int[1, 10], Span(1_000, 2_592_000_000).Nullable(), Gen.Enum<ApprovalTimeoutAction>(), List(_label, 0, 3), _approvers.Null(), Gen.Bool,
        (name, required, timeout, then, channels, approvers, allowAuthor) => new ApprovalSection
        {
            Name = name,
            Required = required,
            Timeout = timeout,
            OnTimeout = then,
            Channels = [.. channels.Distinct(StringComparer.Ordinal)],
            Approvers = approvers,
            AllowAuthor = allowAuthor,
        });

    /// <summary>Those that every step may have.</summary>
    private static readonly GateMoment[] _moments = [GateMoment.Before, GateMoment.During, GateMoment.Rollback];

    private static readonly Gen<GateSection> _gate = Gen.Select(
        _label, Gen.Int[0, 2].Select(index => _moments[index]), Gen.Bool, Span(1_000, 60_000).Nullable(), List(_pair, 0, 3), Gen.Enum<GateRefusal>().Nullable(),
        (name, when, inline, duration, metadata, refusal) => new GateSection
        {
            Name = name,
            When = when,
            Url = inline ? $"https://{name}.example.com/gate?x=1" : null,
            Channel = inline ? null : name,
            Secret = inline && duration is not null ? new() { Name = name, Key = "a.b_C" } : null,
            Format = inline ? GateFormat.Flagger : null,
            Timeout = duration,
            Interval = duration,
            Deadline = when is GateMoment.Rollback ? null : duration,
            OnRefusal = when is GateMoment.Rollback ? null : refusal,
            Metadata = [.. metadata.DistinctBy(pair => pair.Name).Select(pair => new GateMetadataSection { Name = pair.Name, Value = pair.Value })],
        });

    private static readonly Gen<StepSection> _step = Gen.Select(
        Gen.Int[0, 10_000], Span(0, 2_592_000_000), Gen.Long[0, 1_000_000_000], _approval.Null(), List(_pair, 0, 3), List(_pair, 1, 3).Nullable(), List(_gate, 0, 3),
        (weight, hold, requests, approval, headers, cookies, gates) => new StepSection
        {
            Gates = [.. gates.DistinctBy(gate => gate.Name)],
            Weight = weight / 100m,
            Hold = hold,
            MinRequests = weight == 0 ? 0 : requests,
            Approval = approval,
            Match = cookies is { } some ? new() { Headers = headers, Cookies = some } : null,
        });

    private static readonly Gen<AnalysisSection> _analysis = Gen.Select(
        Gen.Int[1, 2_000], Span(0, 3_600_000), List(_metric, 1, 5), Gen.Enum<MissingEvidenceAction>(), Gen.Enum<HoldLimitAction>(), Span(1_000, 2_592_000_000),
        (rate, warmUp, metrics, missing, then, limit) => new AnalysisSection
        {
            FalseAlarmRate = rate / 100m,
            WarmUp = warmUp,
            Metrics = metrics,
            OnNoData = missing,
            HoldLimit = limit,
            OnHoldLimit = then,
        });

    private static readonly Gen<RolloutMetadata> _metadata = Gen.Select(
        _label, _label, List(Gen.Select(_label, _text, (name, text) => new KeyValuePair<string, string>(name, text)), 0, 4),
        (name, space, labels) => new RolloutMetadata { Name = name, Namespace = space, Labels = [.. labels.DistinctBy(pair => pair.Key)] });

    private static readonly string?[] _zones = [null, "UTC", "Europe/Berlin", "America/New_York"];

    private static readonly Gen<WindowSection> _window = Gen.Select(
        Gen.Int[0, 59], Gen.Int[0, 23], Span(60_000, 604_800_000), Gen.Int[0, 3].Select(index => _zones[index]), Gen.Int[1, 28],
        (minute, hour, duration, zone, day) => new WindowSection
        {
            Cron = $"0 {minute} {hour} ? * MON-FRI",
            Duration = duration,
            TimeZone = zone,
            Except = [$"12-{day:00}", $"2027-02-{day:00}"],
        });

    public static Gen<Rollout> Rollouts { get; } = Gen.Select(
        _metadata, _version, _version.Null(), _label, List(_step, 1, 6), _analysis, List(_window, 0, 3),
        (metadata, stable, canary, route, steps, analysis, windows) => new Rollout
        {
            Metadata = metadata,
            Spec = new()
            {
                Workload = new() { Kind = WorkloadType.External, Versions = new() { Stable = stable, Canary = canary } },
                Traffic = new() { Router = RouterType.Gateway, Gateway = new() { Route = route } },
                Strategy = new() { Steps = [.. steps.OrderBy(step => step.Weight)], Windows = windows },
                Analysis = analysis with { Metrics = Named(analysis.Metrics) },
                Notifications = new() { Channels = [.. steps.Select(step => step.Approval?.Name).OfType<string>().Distinct(StringComparer.Ordinal)] },
            },
        });

    private static readonly Gen<ReplicaText> _size = Gen.OneOf(Gen.Int[1, 10_000].Select(count => new ReplicaText(count, null)), Gen.Int[1, 100].Select(percent => new ReplicaText(null, percent)));

    private static readonly Gen<WorkloadSection> _workload = Gen.OneOf(
        Gen.Select(_label, Span(1_000, 86_400_000), (name, deadline) => new WorkloadSection { Kind = WorkloadType.Deployment, Name = name, ProgressDeadline = deadline }),
        Gen.Select(_label, _label.Null(), (stable, canary) => new WorkloadSection { Kind = WorkloadType.External, Versions = new() { Stable = stable, Canary = canary == stable ? null : canary } }));

    private static readonly AnalysisSection[] _sources =
    [
        new() { Source = RequestSource.Gateway },
        new() { Source = RequestSource.Istio, SourceView = RequestView.Client, SourceLabels = new() { Namespace = "ns", Service = "svc", Version = "destination_version" } },
        new() { Source = RequestSource.Linkerd },
        new() { Source = RequestSource.OpenTelemetry, SourceLabels = new() { Version = "service_version" } },
        new() { Source = RequestSource.Envoy, SourceNames = new() { Stable = "checkout/{{ version }}", Canary = "checkout/{{version}}" } },
    ];

    private static readonly Gen<AnalysisSection> _source = Gen.Int[0, _sources.Length - 1].Select(index => _sources[index]);

    /// <summary>Random resources that keep the rules of Kubernetes.</summary>
    public static Gen<Rollout> OnKubernetes { get; } = Gen.Select(
        Rollouts, _workload, List(_label, 1, 16), Gen.Bool, _size.Null(), Gen.Int[1, 65_535].Nullable(), _source,
        (rollout, workload, routes, ratio, size, port, source) => rollout with
        {
            Spec = rollout.Spec with
            {
                Workload = workload,
                Service = workload.Name is { } name ? new() { Name = name, Port = port } : null,
                Traffic = ratio && workload.Kind is WorkloadType.Deployment
                    ? new() { Router = RouterType.ReplicaRatio }
                    : new() { Router = RouterType.GatewayAPI, GatewayApi = new() { HttpRoutes = [.. routes.Distinct(StringComparer.Ordinal).Select(route => new RouteSection { Name = route })] } },
                Strategy = rollout.Spec.Strategy with
                {
                    Steps =
                    [
                        .. rollout.Spec.Strategy.Steps.Select(step => step with
                        {
                            Weight = ratio ? Math.Floor(step.Weight!.Value) / 2 : step.Weight,
                            MinRequests = step.Weight < 1 ? 0 : step.MinRequests,
                            Match = null,
                            Replicas = ratio || workload.Kind is WorkloadType.External ? null : size,
                        }),
                    ],
                },
                Analysis = rollout.Spec.Analysis with { Source = source.Source, SourceView = source.SourceView, SourceLabels = source.SourceLabels, SourceNames = source.SourceNames },
            },
        });

    /// <summary>Random commands that keep the rules.</summary>
    public static Gen<RolloutCommandResource> Commands { get; } = Gen.Select(
        _metadata, _label, Gen.Enum<RolloutAction>(), _version, Gen.Bool, Gen.Int[1, 50].Nullable(), _text.Null(),
        (metadata, rollout, action, revision, named, step, reason) => new RolloutCommandResource
        {
            Metadata = new() { Name = metadata.Name, Namespace = metadata.Namespace, Labels = metadata.Labels, Annotations = metadata.Labels },
            Spec = new()
            {
                Rollout = rollout,
                Action = action,
                Revision = named || action is RolloutAction.Start ? revision : null,
                ExpectedTarget = named && action is RolloutAction.Start ? revision : null,
                Step = action is RolloutAction.Start or RolloutAction.Undo ? null : step,
                Reason = action is RolloutAction.BreakGlass && string.IsNullOrWhiteSpace(reason) ? "because" : reason,
            },
        });

    private static Gen<double> Tolerate => Gen.Double[1, 100];

    private static Gen<TimeSpan> Span(long least, long most) => Gen.Long[least, most].Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds));

    private static Gen<EquatableArray<T>> List<T>(Gen<T> item, int least, int most) =>
        item.List[least, most].Select(items => new EquatableArray<T>([.. items]));

    private static EquatableArray<MetricSection> Named(EquatableArray<MetricSection> metrics) =>
        [.. metrics.Select((metric, index) => metric with { Name = $"m{index}" })];
}

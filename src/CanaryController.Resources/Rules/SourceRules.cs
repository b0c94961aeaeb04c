using CanaryController.Core.Analysis;
using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>The rules of who counts the requests: which labels and names a source has a use for, and what it cannot tell.</summary>
internal static class SourceRules
{
    private const int MaxNameCharacters = 253;

    private static readonly (string Field, Func<SourceLabelsSection, string?> Of)[] _labels =
        [("version", labels => labels.Version), ("pod", labels => labels.Pod), ("namespace", labels => labels.Namespace), ("service", labels => labels.Service)];

    public static void Check(SpecSection spec, ValidationContext<SpecSection> context)
    {
        CheckLabels(spec, context);
        CheckNames(spec, context);
        if (EffectiveSource.Of(spec) is not { } source)
        {
            CheckUnused(spec, context);
            return;
        }

        CheckView(spec, source, context);
        if (source is RequestSource.HAProxy)
        {
            CheckNoHistogram(spec, context);
        }

        if (source is RequestSource.Linkerd)
        {
            LinkerdHistogram(spec, context);
            WarnOfProfile(spec, context);
        }

        WarnOfGrpc(spec, source, context);
    }

    /// <summary>What Linkerd counts by route is not there where a ServiceProfile takes the place of routes.</summary>
    private static void WarnOfProfile(SpecSection spec, ValidationContext<SpecSection> context)
    {
        if (spec.Traffic.Router is RouterType.SMI)
        {
            context.Problem(
                "analysis.source",
                "Linkerd counts by its routes, and its SMI extension makes a ServiceProfile of a TrafficSplit, which takes the place of routes: no request would be counted",
                "write Application or OpenTelemetry where the service counts itself, or give the metrics a query: over response_total; or divide by the router Linkerd",
                Severity.Warning);
        }
    }

    /// <summary>A failed call of gRPC has the HTTP status 200: who counts those says that all is well.</summary>
    private static void WarnOfGrpc(SpecSection spec, RequestSource source, ValidationContext<SpecSection> context)
    {
        if (source is RequestSource.Istio or RequestSource.Linkerd || spec.Traffic is not ({ GatewayApi.GrpcRoutes.Count: > 0 } or { Linkerd.GrpcRoutes.Count: > 0 }))
        {
            return;
        }

        foreach (var (metric, path) in Metrics(spec).Where(each => each.Metric.Measured is MetricKind.RequestSuccessRate))
        {
            context.Problem(
                $"{path}.builtin",
                $"{source} counts HTTP statuses, and a failed call of gRPC has the status 200: {metric.Name} does not see what fails behind the GRPCRoutes",
                "give the metric a query: over statuses of gRPC, like grpc_server_handled_total of the service",
                Severity.Warning);
        }
    }

    /// <summary>The label fields that <paramref name="source"/> has a use for.</summary>
    private static string[] LabelsOf(RequestSource source, SpecSection spec) => source switch
    {
        RequestSource.Gateway or RequestSource.HAProxy => [],
        RequestSource.Istio => EffectiveSource.ViewOf(spec) is RequestView.Server ? ["namespace", "pod"] : ["namespace", "service", "version"],
        RequestSource.Linkerd => ["namespace", "service"],
        RequestSource.Consul => ["service", "version"],
        RequestSource.Envoy or RequestSource.Traefik => ["service"],
        RequestSource.IngressNginx => ["namespace", "service", "version"],
        RequestSource.Application or RequestSource.OpenTelemetry => (IsOnKubernetes(spec), spec.Analysis.SourceLabels?.Version) switch
        {
            (false, _) => ["service", "version"],
            (true, null) => ["namespace", "pod", "version"],
            (true, not null) => ["namespace", "service", "version"],
        },
    };

    private static bool IsOnKubernetes(SpecSection spec) => spec.Traffic.Router switch
    {
        RouterType.GatewayAPI or RouterType.ReplicaRatio or RouterType.Istio or RouterType.Linkerd or RouterType.SMI or RouterType.Traefik or RouterType.Contour or RouterType.IngressNginx => true,
        RouterType.Gateway or RouterType.Consul or RouterType.HAProxy => spec.Workload.Kind is WorkloadType.Deployment,
        null => true,
    };

    private static void CheckLabels(SpecSection spec, ValidationContext<SpecSection> context)
    {
        if (spec.Analysis.SourceLabels is not { } labels)
        {
            return;
        }

        var used = EffectiveSource.Of(spec) is { } source ? LabelsOf(source, spec) : null;
        foreach (var (field, of) in _labels)
        {
            if (of(labels) is not { } label)
            {
                continue;
            }

            if (!Names.IsMetricLabel(label))
            {
                context.Problem($"analysis.sourceLabels.{field}", $"{label} is not the name of a Prometheus label", Names.MetricLabelForm);
            }
            else if (used is not null && !used.Contains(field))
            {
                context.Problem(
                    $"analysis.sourceLabels.{field}",
                    $"{EffectiveSource.Of(spec)} has no use for it here",
                    used.Length == 0 ? "leave it out" : $"leave it out; the labels here are {string.Join(", ", used)}");
            }
        }
    }

    private static void CheckNames(SpecSection spec, ValidationContext<SpecSection> context)
    {
        if (spec.Analysis.SourceNames is not { } names)
        {
            return;
        }

        var source = EffectiveSource.Of(spec);
        if (source is RequestSource.Gateway or RequestSource.HAProxy or RequestSource.Application or RequestSource.OpenTelemetry || EffectiveSource.ViewOf(spec) is RequestView.Server)
        {
            context.Problem("analysis.sourceNames", $"{source} tells the versions apart by what they are called already", "leave it out");
            return;
        }

        foreach (var (field, name) in new[] { ("stable", names.Stable), ("canary", names.Canary) })
        {
            if (name is null && source is not RequestSource.IngressNginx)
            {
                context.Problem($"analysis.sourceNames.{field}", "both versions need their names", "write it, or leave sourceNames out", isAbsence: true);
            }
            else if (name is { Length: 0 or > MaxNameCharacters })
            {
                context.Problem($"analysis.sourceNames.{field}", $"the name has {name.Length} characters", $"write 1 to {MaxNameCharacters}");
            }
            else if (name is not null && spec.Workload.Kind is WorkloadType.External && source is not RequestSource.IngressNginx && !SourceName.HasVersion(name))
            {
                context.Problem(
                    $"analysis.sourceNames.{field}",
                    $"{name} would mean another version after a promotion: the one that was the canary is stable then",
                    "write {{ version }} where the version's name stands");
            }
        }
    }

    private static void CheckUnused(SpecSection spec, ValidationContext<SpecSection> context)
    {
        var analysis = spec.Analysis;
        foreach (var (field, isThere) in new[] { ("sourceView", analysis.SourceView is not null), ("sourceLabels", analysis.SourceLabels is not null), ("sourceNames", analysis.SourceNames is not null) })
        {
            if (isThere)
            {
                context.Problem($"analysis.{field}", "nobody is said to count the requests", "write source, or leave it out");
            }
        }
    }

    private static void CheckView(SpecSection spec, RequestSource source, ValidationContext<SpecSection> context)
    {
        if (spec.Analysis.SourceView is null)
        {
            return;
        }

        if (source is not RequestSource.Istio)
        {
            context.Problem("analysis.sourceView", $"{source} counts at one end only", "leave it out");
        }
        else if (spec.Analysis is { SourceView: RequestView.Client, SourceLabels.Version: null } && EffectiveSource.HasSubsets(spec))
        {
            context.Problem("analysis.sourceView", "clients see the subsets of a Service as one", "write Server, or sourceLabels: {version: LABEL} where a label tells them apart");
        }
        else if (spec is { Analysis.SourceView: RequestView.Server, Workload.Kind: WorkloadType.External })
        {
            context.Problem("analysis.sourceView", "the server's view tells versions apart by their pods, and the pods of an External workload are not known", "write Client, or leave it out");
        }
    }

    private static void CheckNoHistogram(SpecSection spec, ValidationContext<SpecSection> context)
    {
        foreach (var (metric, path) in Metrics(spec).Where(each => each.Metric.Measured is MetricKind.RequestDuration))
        {
            context.Problem(
                $"{path}.builtin",
                $"{metric.Name} cannot be measured: HAProxy's exporter has averages of durations, no histogram, and an average says nothing of a quantile",
                "write source: Application where the service counts its own requests, or give the metric a query: of your own");
        }
    }

    private static void LinkerdHistogram(SpecSection spec, ValidationContext<SpecSection> context)
    {
        foreach (var (metric, path) in Metrics(spec))
        {
            if (metric is not { Measured: MetricKind.RequestDuration, Threshold.Max.Duration: { } max } || max == TimeSpan.FromSeconds(10))
            {
                continue;
            }

            if (max > TimeSpan.FromSeconds(10))
            {
                context.Problem($"{path}.threshold.max", $"Linkerd's histogram cannot tell {DurationText.Format(max)}: its highest bucket is 10s", "write 10s, or less");
            }
            else if (max > TimeSpan.FromSeconds(1))
            {
                context.Problem($"{path}.threshold.max", "requests above 1s count as slow: Linkerd's histogram has no bucket between 1s and 10s", "write 1s or 10s", Severity.Warning);
            }
        }
    }

    private static IEnumerable<(MetricSection Metric, string Path)> Metrics(SpecSection spec) =>
        spec.Analysis.Metrics.Select((metric, index) => (metric, $"analysis.metrics[{index}]"))
            .Concat(spec.Strategy.Steps.SelectMany((step, number) => step.Metrics.Select((metric, index) => (metric, $"strategy.steps[{number}].metrics[{index}]"))));
}

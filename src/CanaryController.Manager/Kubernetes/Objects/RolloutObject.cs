using System.Text.Json;
using CanaryController.Core;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Approvals;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.ConsulKubernetes;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>A Rollout, read by the same reader and rules as files are.</summary>
internal sealed class RolloutObject : ICached
{
    /// <summary>What <see cref="Project"/> reads: unknown members too, which it refuses.</summary>
    public static readonly KeptFields Kept = KeptFields.AllButMetadataWithLabels();

    private RolloutObject(ObjectMeta meta, RolloutContent? content, IReadOnlyList<FieldProblem> problems, RolloutStatus? status, string? statusProblem)
    {
        (Meta, Content, Problems, Status, StatusProblem) = (meta, content, problems, status, statusProblem);
        IndexKeys = content is null ? [] : KeysOf(content.Resource);
    }

    /// <inheritdoc/>
    public ObjectMeta Meta { get; }

    /// <summary>What is in force: the present text when it is valid, otherwise what the status keeps; null when it keeps nothing.</summary>
    public RolloutContent? Content { get; }

    /// <summary>What is wrong with the present text; empty when it is valid.</summary>
    public IReadOnlyList<FieldProblem> Problems { get; }

    /// <summary>What could be read of a text that is not valid; only for a deletion, where nothing is in force.</summary>
    public Rollout? Broken { get; private init; }

    /// <summary>Its labels, by which freezes know it.</summary>
    public EquatableArray<KeyValuePair<string, string>> Labels { get; private init; }

    /// <summary>What was written last; null before the first write.</summary>
    public RolloutStatus? Status { get; }

    /// <summary>Why what stands in the status could not be read; null when it could. Then nothing is decided: deciding anew could undo what stands there.</summary>
    public string? StatusProblem { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; }

    /// <summary>Our finalizer is on it: something of it may be ours.</summary>
    public bool IsHeld => Meta.Finalizers.Contains(Marks.Finalizer);

    /// <summary>A person asked to be left alone.</summary>
    public bool IsReleased => IsMarkedReleased(Meta);

    /// <summary>That was done.</summary>
    public bool IsLeft => IsReleased && !IsHeld && Status?.State is not { StableRevision: not null };

    /// <summary>Its name, in our words.</summary>
    public RolloutKey Key => new(Meta.Name.Namespace, Meta.Name.Name);

    /// <summary>Reads an object of the API server.</summary>
    public static RolloutObject Project(JsonElement item)
    {
        var served = ServedRollout.Read(item);
        var content = served is { Resource: { } resource, Spec: { } spec } ? RolloutContent.Of(resource, spec) : null;
        var problem = served.StatusProblem is { } wrong ? $"{wrong} Restore it from a backup; or release or delete the rollout: then all that carries its name is given back." : null;
        return new(ObjectMeta.Read(item), content, served.Problems, served.Status, problem) { Broken = content is null ? served.Broken : null, Labels = ObjectMeta.AllLabels(item) };
    }

    /// <summary>Carries the annotation that asks to be left alone.</summary>
    public static bool IsMarkedReleased(ObjectMeta meta) => meta.Annotations.GetValueOrDefault(Rollout.ReleaseAnnotation) == "true";

    /// <summary>The key by which rollouts of a Deployment are found.</summary>
    public static string DeploymentKey(string ns, string name) => $"deployment:{ns}/{name}";

    /// <summary>The key by which rollouts of a Service are found: the apex, ours beside it, or an External version's.</summary>
    public static string ServiceKey(string ns, string name) => $"service:{ns}/{name}";

    /// <summary>The key by which rollouts of an object that is divided are found.</summary>
    public static string RouteKey(RouteId id) => $"{id.Kind.Name}:{id.Name}";

    /// <summary>The key by which rollouts of an Ingress are found: the user's, or ours beside it.</summary>
    public static string IngressKey(string ns, string name) => $"ingress:{ns}/{name}";

    /// <summary>The key by which the rollout of a DestinationRule is found.</summary>
    public static string DestinationRuleKey(string ns, string name) => $"DestinationRule:{ns}/{name}";

    /// <summary>The key by which rollouts are found that use a template; one of the cluster has no namespace. Many may use one.</summary>
    public static string TemplateKey(ObjectName template) => $"{TemplatePrefix}{template.Namespace}/{template.Name}";

    /// <summary>What a rollout leads, or is made beside it: each belongs to one rollout.</summary>
    public IEnumerable<string> Claims => IndexKeys.Where(key => !key.StartsWith(TemplatePrefix, StringComparison.Ordinal));

    private const string TemplatePrefix = "template:";

    /// <summary>All keys of a rollout: what it leads, what is made beside it, and what it reads.</summary>
    public static IReadOnlyList<string> KeysOf(Rollout rollout)
    {
        var (ns, spec) = (rollout.Metadata.Namespace, rollout.Spec);
        List<string> keys = [];
        if (spec.Workload is { Kind: WorkloadType.Deployment, Name: { } deployment })
        {
            keys.Add(DeploymentKey(ns, deployment));
        }

        if (spec.Service is { } service)
        {
            keys.AddRange(ServiceKey(ns, service.Name), ServiceKey(ns, $"{service.Name}-stable"), ServiceKey(ns, $"{service.Name}-canary"));
        }

        if (spec.Workload.Versions is { } versions)
        {
            keys.AddRange(ServiceKey(ns, versions.Stable), ServiceKey(ns, versions.Canary ?? versions.Stable));
        }

        if (spec.Traffic is { Router: RouterType.Istio, Istio.DestinationRule: { } rule })
        {
            keys.Add(DestinationRuleKey(ns, rule.Name));
        }

        keys.AddRange(RouteKinds.Named(spec.Traffic).Select(route => RouteKey(new(route.Kind, new(ns, route.Name)))));
        keys.AddRange(spec.Analysis.Metrics.Concat(spec.Strategy.Steps.SelectMany(step => step.Metrics))
            .Select(metric => metric.Template).OfType<TemplateSection>()
            .Select(template => TemplateKey(new(template.Kind is TemplateScope.ClusterMetricTemplate ? "" : ns, template.Name))));
        keys.AddRange((spec.Traffic.IngressNginx?.Ingresses ?? []).SelectMany(each => (string[])[IngressKey(ns, each.Name), IngressKey(ns, each.Name + CanaryIngress.Suffix)]));
        return [.. keys.Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>A valid Rollout, in our words too.</summary>
/// <param name="Resource">As it was written.</param>
/// <param name="Spec">As the planner takes it.</param>
/// <param name="DeclaredRevision">For External: the canary that it names.</param>
/// <param name="Target">The route that it divides.</param>
internal sealed record RolloutContent(Rollout Resource, RolloutSpec Spec, string? DeclaredRevision, RouteTarget Target)
{
    /// <summary>Maps a Rollout that keeps the rules of Kubernetes.</summary>
    public static RolloutContent Of(Rollout resource) => Of(resource, RolloutSpecMapper.ToSpec(resource));

    /// <summary>Maps a Rollout that keeps the rules of Kubernetes.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="mapped">What <see cref="RolloutSpecMapper.ToSpec"/> says of it.</param>
    public static RolloutContent Of(Rollout resource, RolloutSpec mapped)
    {
        var spec = resource.Spec;
        var service = spec.Service?.Name ?? resource.Metadata.Name;
        var route = new ClusterRoute(
            resource.Key,
            spec.Traffic.Router ?? throw new ArgumentException("The resource names no router; check it before.", nameof(resource)),
            [.. RouteKinds.Named(spec.Traffic)],
            service,
            spec.Service?.Port,
            spec.Workload.Kind ?? throw new ArgumentException("The resource names no workload; check it before.", nameof(resource)))
        {
            Deployment = spec.Workload.Kind is WorkloadType.Deployment ? spec.Workload.Name : null,
            Subsets = spec.Traffic switch
            {
                { Router: RouterType.Istio, Istio.DestinationRule: { } rule } => new(rule.Name, rule.Stable, rule.Canary),
                { Router: RouterType.Consul } => RoleSubsets.Of(service),
                _ => null,
            },
            Ingresses = spec.Traffic is { Router: RouterType.IngressNginx, IngressNginx: { } section } ? [.. section.Ingresses.Select(each => each.Name)] : [],
        };
        var target = new RouteTarget("kubernetes", $"{resource.Metadata.Namespace}/{service}") { Router = route.Router, Cluster = route };
        return new(resource, mapped, RolloutSpecMapper.DeclaredRevision(resource), target);
    }

    /// <summary>The resource in force.</summary>
    /// <param name="meta">Whose.</param>
    /// <param name="problems">What is wrong with its present text.</param>
    public RolloutResource ToResource(ObjectMeta meta, IReadOnlyList<FieldProblem> problems) => new()
    {
        Key = Resource.Key,
        Rollout = Resource,
        Spec = Spec,
        DeclaredRevision = DeclaredRevision,
        Authors = AuthorNotes.Read(meta.Annotations.GetValueOrDefault(ApproverRules.AuthorAnnotation)),
        Target = Target,
        Generation = meta.Generation,
        Deleted = meta.IsDeleting,
        Released = RolloutObject.IsMarkedReleased(meta),
        Problems = problems,
    };
}

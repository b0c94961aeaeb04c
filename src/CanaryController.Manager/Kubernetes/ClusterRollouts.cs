using System.Collections.Concurrent;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// The Rollouts of the cluster. One whose present text is not valid goes on with its last good one: that is remembered here until the status keeps it, and traffic never waits for
/// a text to be mended.
/// </summary>
internal sealed class ClusterRollouts(IObjectCache<RolloutObject> cache, ClusterRemains remains, IMetricTemplates templates) : IRolloutResources
{
    private readonly ConcurrentDictionary<string, RolloutContent> _lastGood = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<RolloutResource> All => [.. cache.All.Select(ToResource).OrderBy(resource => resource.Key)];

    /// <inheritdoc/>
    public RolloutResource? Find(RolloutKey key) => Object(key) is { } found ? ToResource(found) : null;

    /// <summary>The object itself.</summary>
    public RolloutObject? Object(RolloutKey key) => cache.Find(new(key.Namespace, key.Name));

    /// <summary>What is in force of <paramref name="found"/>; null when it never was valid as far as anybody knows.</summary>
    public RolloutContent? InForce(RolloutObject found) => found.Content ?? _lastGood.GetValueOrDefault(found.Meta.Uid);

    /// <summary>What there is to give back of a rollout that is to be left, and whose text or status does not say it; null when it does, or nothing is left.</summary>
    public Remains? Remains(RolloutObject found) =>
        IsLeaving(found) && (found.Status?.State is null || InForce(found) is null) ? remains.Of(found) : null;

    /// <inheritdoc/>
    public void Forget(RolloutKey key)
    {
        if (Object(key) is { } found)
        {
            _lastGood.TryRemove(found.Meta.Uid, out _);
            if (found.Meta.IsDeleting && !found.Meta.Finalizers.Contains(Marks.Finalizer))
            {
                cache.Remove(found.Meta.Name, found.Meta.Uid);
            }
        }
    }

    /// <summary>Called with each change of a Rollout.</summary>
    public void Note(RolloutObject? before, RolloutObject? after)
    {
        if (after is { Content: null } && before is { Content: { } good } && before.Meta.Uid == after.Meta.Uid)
        {
            _lastGood[after.Meta.Uid] = good;
        }
        else if (after is null || after.Problems.Count == 0)
        {
            _lastGood.TryRemove((after ?? before)!.Meta.Uid, out _);
        }
    }

    private RolloutResource ToResource(RolloutObject found)
    {
        List<FieldProblem> problems = [.. found.Problems, .. Contended(found)];
        if (found.StatusProblem is { } unreadable)
        {
            problems.Add(new("status", null, unreadable, null));
        }

        // One that was adopted already is led on with what it has: it is the other one that has to go.
        var mayLead = found.StatusProblem is null && (problems.Count == found.Problems.Count || IsLed(found));
        var isUnknown = IsLeaving(found) && found.Status?.State is null;
        return mayLead && !isUnknown && InForce(found) is { } content ? Filled(content.ToResource(found.Meta, problems)) with { IsLeft = found.IsLeft, Terms = new WindowTerms { Windows = content.Resource.Spec.Strategy.Windows, Labels = found.Labels } }
            : Remains(found) is { } left ? left.Content.ToResource(found.Meta, problems) with { IsRemains = true }
            : new() { Key = found.Key, Generation = found.Meta.Generation, Deleted = found.Meta.IsDeleting, Released = found.IsReleased, IsLeft = found.IsLeft, Problems = problems };
    }

    private static bool IsLeaving(RolloutObject found) => found.Meta.IsDeleting || (found.IsReleased && !found.IsLeft);

    /// <summary>A metric whose template is not there, or does not fit, stays without a query, and its evidence says why.</summary>
    private RolloutResource Filled(RolloutResource resource) => resource with { Spec = MetricTemplateFill.Fill(resource.Spec!, reference => templates.Find(resource.Key.Namespace, reference)) };

    /// <summary>A Deployment, a Service and a route belong to the rollout that led them first. One that was released has none.</summary>
    private IEnumerable<FieldProblem> Contended(RolloutObject found)
    {
        foreach (var key in found.IsLeft ? [] : found.Claims)
        {
            if (cache.By(key).FirstOrDefault(other => other.Meta.Uid != found.Meta.Uid && !other.IsLeft && IsFirst(other, found)) is { } first)
            {
                var parts = key.Split(':', 2);
                yield return new(PathOf(parts[0], found), parts[1], $"the rollout {first.Key} leads it already", "name another one, or delete one of the two rollouts");
            }
        }
    }

    private static bool IsFirst(RolloutObject one, RolloutObject other) =>
        (!IsLed(one), one.Meta.CreatedAt, one.Meta.Name.Name).CompareTo((!IsLed(other), other.Meta.CreatedAt, other.Meta.Name.Name)) < 0;

    private static bool IsLed(RolloutObject rollout) => rollout.IsHeld || rollout.Status?.State is { StableRevision: not null };

    private static string PathOf(string kind, RolloutObject found) => kind switch
    {
        "deployment" => "spec.workload.name",
        _ when found.Content is { } content && RouteLists.Of(content.Resource.Spec.Traffic).FirstOrDefault(list => list.Kind == kind) is { } list => list.Path,
        _ => "spec.service.name",
    };
}

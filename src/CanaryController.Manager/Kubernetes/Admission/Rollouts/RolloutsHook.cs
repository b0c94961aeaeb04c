using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Kubernetes.Admission.Rollouts;

/// <summary>
/// Checks Rollouts by the rules of <c>canaryctl lint</c>, those among rollouts too. A change that leaves the spec as it is always passes, and so does everything about an object that is being
/// deleted: finalizers, labels and status must not wait for a spec to be mended.
/// </summary>
internal sealed class RolloutsHook(IObjectCache<RolloutObject> rollouts) : IAdmissionHook
{
    /// <inheritdoc/>
    public string Path => "/admission/rollouts";

    /// <inheritdoc/>
    public bool FailsOpen => false;

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        if (request.Kind != Rollout.KindText || request.Operation is AdmissionOperation.Delete || request.Object.At("metadata", "deletionTimestamp") is not null || KeepsSpec(request))
        {
            return AdmissionAnswer.Unchanged;
        }

        var read = RolloutReader.ReadServerObject(ServerText.Of(request.Object, ObjectKind.Rollout));
        List<FieldProblem> errors = [.. read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error)];
        foreach (var document in read.Documents.Concat(read.Invalid))
        {
            errors.AddRange(Contended(document.Resource, request.Name));
        }

        return errors.Count > 0
            ? new AdmissionAnswer.Denied(Sentences.Of($"The Rollout {request.Name.Name}", errors), errors)
            : new AdmissionAnswer.Allowed(null, [.. read.Problems.Select(Sentences.Of)]);
    }

    private static bool KeepsSpec(AdmissionRequest request) => request.Operation is AdmissionOperation.Update
        && request.Object.At("spec") is { } after && request.OldObject.At("spec") is { } before && JsonElement.DeepEquals(before, after);

    /// <summary>What another rollout leads already. Deployments, Services and routes are found by the cache's index.</summary>
    private IEnumerable<FieldProblem> Contended(Rollout resource, ObjectName name)
    {
        var placed = resource with { Metadata = resource.Metadata with { Namespace = name.Namespace } };
        var others = RolloutObject.KeysOf(placed)
            .SelectMany(rollouts.By)
            .Where(other => other.Meta.Name != name && !other.Meta.IsDeleting && other.Content is not null)
            .DistinctBy(other => other.Meta.Uid)
            .Select(other => other.Content!.Resource);
        return RolloutSetRules.Check(placed, others);
    }
}

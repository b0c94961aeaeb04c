using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>
/// Keeps the hash that the apex Service pins, whatever is applied. Where a server-side apply owns the selector, it pins it at first: inside that apply, so the applier stays its only owner, and
/// its next apply meets no conflict.
/// </summary>
internal sealed class ServiceHook(IObjectCache<RolloutObject> rollouts, WorkloadCaches caches) : IAdmissionHook
{
    private const string PinPath = $"/spec/selector/{Marks.PodTemplateHash}";

    /// <inheritdoc/>
    public string Path => "/admission/services";

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        if (request.Operation is not AdmissionOperation.Update
            || rollouts.Leader(RolloutObject.ServiceKey(request.Name.Namespace, request.Name.Name)) is not { Content: { } content, Status.State: { } state } leader
            || DeploymentWorkloads.Target(content.ToResource(leader.Meta, [])) is not { IsByPodCount: false, IsBySubset: false } target
            || target.ApexName != request.Name
            || ServiceObject.Project(request.OldObject) is not { } before
            || ServiceObject.Project(request.Object) is not { IsExternalName: false, Selector.Count: > 0 } after)
        {
            return AdmissionAnswer.Unchanged;
        }

        var (was, wanted) = (Hash(before), Hash(after));
        if (was is not null)
        {
            return was == wanted ? AdmissionAnswer.Unchanged
                : new JsonPatch().Add(PinPath, was).Answer(wanted is null ? null : $"The Rollout {leader.Key} pins {was} in the selector: it stays.");
        }

        return wanted is null && after.SelectorApplier is not null && Pinnable(target, state) is { } hash
            ? new JsonPatch().Add(PinPath, hash).Annotate(request.Object, (WorkloadMarks.Pinned, leader.Meta.Name.Name)).Answer()
            : AdmissionAnswer.Unchanged;
    }

    /// <summary>
    /// Stable's hash, as the Service beside the apex has it: before that one is there, and while it changes hands, the apex stays open.
    /// </summary>
    private string? Pinnable(WorkloadTarget target, RolloutState state)
    {
        var view = new WorkloadView(caches.Read(target, null), state);
        return view is { Stable.ReadyReplicas: > 0, StableHash: { } stable, Seen.StableService: { } service } && !state.HandOverStarted && Hash(service) == stable ? stable : null;
    }

    private static string? Hash(ServiceObject service) => service.Selector.GetValueOrDefault(Marks.PodTemplateHash);
}

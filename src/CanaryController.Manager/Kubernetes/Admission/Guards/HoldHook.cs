using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Kubernetes.Admission.Guards;

/// <summary>
/// Pauses a Deployment by the very write that brings another template, and keeps one paused that we hold. Where its caches are behind it pauses too much rather than too little: the controller resumes
/// what is at rest on stable's template (<see cref="HoldPlanner.Resume"/>), while a rollout that began cannot be taken back.
/// </summary>
internal sealed class HoldHook(IObjectCache<RolloutObject> rollouts, WorkloadCaches caches, HoldMode mode) : IAdmissionHook
{
    /// <inheritdoc/>
    public string Path => "/admission/hold";

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        if (request.Operation is not AdmissionOperation.Update
            || rollouts.Leader(RolloutObject.DeploymentKey(request.Name.Namespace, request.Name.Name)) is not { Content: { } content, Status.State: { } state } leader
            || DeploymentWorkloads.Target(content.ToResource(leader.Meta, [])) is not { } target
            || DeploymentObject.Project(request.OldObject) is not { } before
            || DeploymentObject.Project(request.Object) is not { Meta.IsDeleting: false } after)
        {
            return AdmissionAnswer.Unchanged;
        }

        var view = new WorkloadView(caches.Read(target, null) with { Deployment = after }, state);
        var author = AuthorOf(request, content, before, after);
        if (!Holds(view, mode, before, after))
        {
            return author is null ? AdmissionAnswer.Unchanged : new JsonPatch().Annotate(request.Object, author.Value).Answer();
        }

        var patch = new JsonPatch();
        if (!after.IsPaused)
        {
            patch.Add("/spec/paused", true);
        }

        patch.Annotate(request.Object, author is null ? [(WorkloadMarks.Held, leader.Meta.Name.Name)] : [(WorkloadMarks.Held, leader.Meta.Name.Name), author.Value]);
        if (!HoldPlanner.IsOurs(before) || !before.IsPaused || after.IsPaused)
        {
            return patch.Answer();
        }

        var (why, whatToDo) = HoldWarnings.Of(leader, state, mode, StableTemplate(view) == after.Template, before.Template != after.Template);
        return patch.Answer(why, whatToDo);
    }

    /// <summary>
    /// Who changed the template, where some step refuses its author's approval: a client's own word for it never counts, and an update that leaves the template alone leaves the note alone. Null where
    /// nothing is to be written.
    /// </summary>
    private static (string Key, string? Value)? AuthorOf(AdmissionRequest request, RolloutContent content, DeploymentObject before, DeploymentObject after)
    {
        if (!content.Spec.Steps.Any(step => step.Approval is { RefusesAuthor: true }))
        {
            return null;
        }

        var author = before.Template != after.Template ? request.User.Name : before.Meta.Annotations.GetValueOrDefault(WorkloadMarks.AppliedBy);
        return after.Meta.Annotations.GetValueOrDefault(WorkloadMarks.AppliedBy) == author ? null : (WorkloadMarks.AppliedBy, author);
    }

    /// <summary>
    /// The Deployment is to be paused, by us: while we hold it, whatever is asked. Otherwise as <see cref="HoldPlanner.IsHeld"/> says, and for every change of the template: it may lead back to stable
    /// as a cache knows it that has not seen the last promotion. Who pauses it, or paused it before us, resumes it too.
    /// </summary>
    /// <param name="view">The workload with the Deployment as it will be, as far as it is known.</param>
    /// <param name="mode">When it is paused.</param>
    /// <param name="before">The Deployment as it is.</param>
    /// <param name="after">As it will be.</param>
    public static bool Holds(WorkloadView view, HoldMode mode, DeploymentObject before, DeploymentObject after) =>
        HoldPlanner.IsOurs(before)
        || (!after.IsPaused
            && (mode is HoldMode.Always
                || before.Template != after.Template
                || !view.State.Phase.IsAtRest()
                || view.State.HandOverStarted
                || (StableTemplate(view) is { } stable && stable != after.Template)));

    /// <summary>Null when it is not known: then only a change counts.</summary>
    private static TemplateId? StableTemplate(WorkloadView view) =>
        view.Stable?.Template ?? (view.StableHolder is { } holder && holder.Revision == view.State.StableRevision ? holder.Template : null);
}

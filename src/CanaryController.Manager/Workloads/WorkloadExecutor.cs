using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Workloads;

/// <summary>Carries single writes out, and puts what the server answers into the caches. Nothing is retried: whoever is refused looks again first.</summary>
internal sealed class WorkloadExecutor(IKubeApi api, WorkloadCaches caches, IObjectCache<RolloutObject> rollouts, IClusterEvents events)
{
    public async Task<ActionResult> DoAsync(WorkloadTarget target, WorkloadAction action, CancellationToken cancellation) => action switch
    {
        WorkloadAction.ChangeDeployment change =>
            await PatchAsync(change, change.Deployment.Meta, change.Annotations, has => WorkloadPatches.Of(change, has), cancellation),
        WorkloadAction.FenceHolder change =>
            await PatchAsync(change, change.Holder.Meta, [new(Marks.FenceAnnotation, change.Fence)], has => WorkloadPatches.Of(change, has), cancellation),
        WorkloadAction.ChangeService change => await ChangeAsync(change, cancellation),
        WorkloadAction.ReturnSelector back => await ReturnAsync(back, cancellation),
        WorkloadAction.ChangeSet change => await ChangeAsync(target, change, cancellation),
        WorkloadAction.RestoreTemplate restore => await RestoreAsync(target, restore, cancellation),
        WorkloadAction.CreateHolder create => await CreateAsync(target, create, cancellation),
        WorkloadAction.CreateSet create => await CreateAsync(target, create, cancellation),
        WorkloadAction.CreateService create => await SettleAsync(
            target, create, await api.CreateAsync(create.Kind, create.Name.Namespace, WorkloadBodies.Service(target, create), cancellation), null, cancellation),
        WorkloadAction.DeleteHolder delete => await DeleteAsync(delete, delete.Holder.Meta, cancellation),
        WorkloadAction.DeleteSet delete => await DeleteAsync(delete, delete.Set.Meta, cancellation),
        WorkloadAction.DeleteService delete => await DeleteAsync(delete, delete.Service.Meta, cancellation),
        _ => throw new InvalidOperationException($"Nobody knows how to carry {action.GetType().Name} out."),
    };

    private async Task<ActionResult> ChangeAsync(WorkloadTarget target, WorkloadAction.ChangeSet change, CancellationToken cancellation)
    {
        if (change.While is { } seen)
        {
            var answer = await api.GetAsync(ObjectKind.Deployment, seen.Meta.Name, cancellation);
            if (!answer.IsDone)
            {
                return await SettleAsync(target, change, answer, null, cancellation);
            }

            if (caches.Put(ObjectKind.Deployment, answer.Body!) is not DeploymentObject now || now.Meta.Uid != seen.Meta.Uid || now.Meta.Generation != seen.Meta.Generation)
            {
                return ActionResult.Stale;
            }
        }

        return await PatchAsync(change, change.Set.Meta, change.Annotations, has => WorkloadPatches.Of(change, target, has), cancellation);
    }

    /// <summary>Whoever applied the selector is noted by the write that takes it.</summary>
    private async Task<ActionResult> ChangeAsync(WorkloadAction.ChangeService change, CancellationToken cancellation)
    {
        if (change is { Hash: not null, Service.SelectorApplier: not null })
        {
            var read = await api.GetAsync(change.Kind, change.Name, cancellation);
            if (!read.IsDone)
            {
                return await SettleAsync(null, change, read, change.Service.Meta.Uid, cancellation);
            }

            change = SelectorOwners.Note(read.Body!) is { } note ? change with { Annotations = [.. change.Annotations, new(WorkloadMarks.SelectorOwners, note)] } : change;
        }

        return await PatchAsync(change, change.Service.Meta, change.Annotations, has => WorkloadPatches.Of(change, has), cancellation);
    }

    /// <summary>What the server does not take back stays ours: that is no reason to stop a rollout.</summary>
    private async Task<ActionResult> ReturnAsync(WorkloadAction.ReturnSelector back, CancellationToken cancellation)
    {
        var answer = await api.GetAsync(back.Kind, back.Name, cancellation);
        if (answer.IsDone && SelectorOwners.Return(answer.Body!) is { } patch)
        {
            var returned = await api.PatchAsync(back.Kind, back.Name, patch, cancellation);
            answer = returned.Outcome is KubeOutcome.Invalid ? answer : returned;
        }

        if (answer.IsDone && SelectorOwners.IsNoted(answer.Body!))
        {
            answer = await api.PatchAsync(back.Kind, back.Name, SelectorOwners.Forget(answer.Body!), cancellation);
        }

        return await SettleAsync(null, back, answer, back.Service.Meta.Uid, cancellation);
    }

    private async Task<ActionResult> RestoreAsync(WorkloadTarget target, WorkloadAction.RestoreTemplate restore, CancellationToken cancellation)
    {
        var (template, _, refusal) = await TemplateAsync(restore, restore.From, cancellation);
        if (template is null)
        {
            return refusal;
        }

        var meta = restore.Deployment.Meta;
        var result = await PatchAsync(restore, meta, [], _ => WorkloadPatches.Of(restore, template), cancellation);
        if (result.Written is not null && rollouts.Find(new(target.Namespace, target.Rollout.Name)) is { } rollout)
        {
            var message = $"The Deployment {meta.Name.Name} has the template of {restore.Revision} again. Whoever applies manifests may apply the other one again.";
            events.Report(rollout, new("TemplateReverted", message, IsWarning: true));
        }

        return result;
    }

    private async Task<ActionResult> CreateAsync(WorkloadTarget target, WorkloadAction.CreateHolder create, CancellationToken cancellation)
    {
        JsonObject? template = null;
        if (create.Template is { } source)
        {
            (template, _, var refusal) = await TemplateAsync(create, source, cancellation);
            if (template is null)
            {
                return refusal;
            }
        }

        var answer = await api.CreateAsync(create.Kind, create.Name.Namespace, WorkloadBodies.Holder(target, create, template), cancellation);
        return await SettleAsync(target, create, answer, null, cancellation);
    }

    private async Task<ActionResult> CreateAsync(WorkloadTarget target, WorkloadAction.CreateSet create, CancellationToken cancellation)
    {
        var (template, from, refusal) = await TemplateAsync(create, create.Template, cancellation);
        if (template is null)
        {
            return refusal;
        }

        var deployment = from;
        if (create.Template.Kind != ObjectKind.Deployment)
        {
            var read = await api.GetAsync(ObjectKind.Deployment, create.Deployment.Meta.Name, cancellation);
            if (!read.IsDone)
            {
                return await SettleAsync(target, create, read, null, cancellation);
            }

            deployment = read.Body;
        }

        if (caches.Put(ObjectKind.Deployment, deployment!) is not DeploymentObject now || now.Meta.Uid != create.Deployment.Meta.Uid)
        {
            return ActionResult.Stale;
        }

        var answer = await api.CreateAsync(create.Kind, create.Name.Namespace, WorkloadBodies.Set(target, create, template, deployment!), cancellation);
        return await SettleAsync(target, create, answer, null, cancellation);
    }

    /// <summary>The template without the hash label, and the object that it was read from; null, and why, when it is not the expected one any more.</summary>
    private async Task<(JsonObject? Template, JsonObject? From, ActionResult Refusal)> TemplateAsync(
        WorkloadAction action, TemplateSource source, CancellationToken cancellation)
    {
        var answer = await api.GetAsync(source.Kind, source.Name, cancellation);
        if (!answer.IsDone)
        {
            return (null, null, answer.Outcome is KubeOutcome.NotFound ? ActionResult.Stale : Refused(action, answer));
        }

        var holder = source.Kind == ObjectKind.ControllerRevision;
        var template = (holder ? answer.Body!["data"] : answer.Body)?["spec"]?["template"] as JsonObject;
        if (template is null || TemplateId.Of(JsonSerializer.SerializeToElement(template)) != source.Expected)
        {
            caches.Put(source.Kind, answer.Body!);
            return (null, null, ActionResult.Stale);
        }

        var copy = (JsonObject)template.DeepClone();
        if (copy["metadata"] is JsonObject metadata)
        {
            (metadata["labels"] as JsonObject)?.Remove(Marks.PodTemplateHash);
            metadata.Remove("creationTimestamp");
        }

        return (copy, answer.Body, default);
    }

    /// <summary>
    /// The projection does not keep kubectl's annotation: whether there is a list of annotations at all is read when no other is known, since setting a new list would remove it.
    /// </summary>
    private async Task<ActionResult> PatchAsync(
        WorkloadAction action, ObjectMeta meta, EquatableArray<Annotation> annotations, Func<bool, JsonPatch> patch, CancellationToken cancellation)
    {
        var has = meta.Annotations.Count > 0;
        if (!has && !annotations.IsEmpty)
        {
            var read = await api.GetAsync(action.Kind, action.Name, cancellation);
            if (!read.IsDone)
            {
                return await SettleAsync(null, action, read, meta.Uid, cancellation);
            }

            has = read.Body!["metadata"]?["annotations"] is JsonObject;
        }

        return await SettleAsync(null, action, await api.PatchAsync(action.Kind, action.Name, patch(has), cancellation), meta.Uid, cancellation);
    }

    private async Task<ActionResult> DeleteAsync(WorkloadAction action, ObjectMeta meta, CancellationToken cancellation)
    {
        var answer = await api.DeleteAsync(action.Kind, action.Name, meta.Uid, cancellation, meta.ResourceVersion);
        if (answer.Outcome is not (KubeOutcome.Done or KubeOutcome.NotFound))
        {
            return await SettleAsync(null, action, answer, meta.Uid, cancellation);
        }

        caches.Remove(action.Kind, action.Name, meta.Uid);
        return ActionResult.Deleted;
    }

    private async Task<ActionResult> SettleAsync(
        WorkloadTarget? target, WorkloadAction action, KubeAnswer answer, string? uid, CancellationToken cancellation)
    {
        switch (answer.Outcome)
        {
            case KubeOutcome.Done:
                return caches.Put(action.Kind, answer.Body!) is { } written ? new(written, false, false, null) : ActionResult.Stale;
            case KubeOutcome.NotFound:
                if (uid is not null)
                {
                    caches.Remove(action.Kind, action.Name, uid);
                }

                return ActionResult.Stale;
            case KubeOutcome.Conflict:
                await ReadAgainAsync(action, uid, cancellation);
                return ActionResult.Stale;
            case KubeOutcome.AlreadyExists:
                return await IsOursAsync(target, action, cancellation)
                    ? ActionResult.Stale
                    : ActionResult.Failed($"The {action.Kind} {action.Name} is there already, and is not this rollout's.");
            case KubeOutcome.Invalid:
                // A failed condition and a wrong content look alike: it is wrong only when nobody wrote in between.
                return await ReadAgainAsync(action, uid, cancellation) is { } now && now == action.ResourceVersion ? Refused(action, answer)
                    : action.ResourceVersion is null ? Refused(action, answer)
                    : ActionResult.Stale;
            case KubeOutcome.NamespaceTerminating:
                return ActionResult.Ended;
            case KubeOutcome.Forbidden or KubeOutcome.Unavailable:
            default:
                return Refused(action, answer);
        }
    }

    /// <summary>Puts the object as it is now into the cache; its resourceVersion, null when it could not be read.</summary>
    private async Task<string?> ReadAgainAsync(WorkloadAction action, string? uid, CancellationToken cancellation)
    {
        var answer = await api.GetAsync(action.Kind, action.Name, cancellation);
        if (answer.IsDone)
        {
            caches.Put(action.Kind, answer.Body!);
            return (string?)answer.Body!["metadata"]?["resourceVersion"];
        }

        if (answer.Outcome is KubeOutcome.NotFound && uid is not null)
        {
            caches.Remove(action.Kind, action.Name, uid);
        }

        return null;
    }

    private async Task<bool> IsOursAsync(WorkloadTarget? target, WorkloadAction action, CancellationToken cancellation)
    {
        var answer = await api.GetAsync(action.Kind, action.Name, cancellation);
        return !answer.IsDone || (target is not null && caches.Put(action.Kind, answer.Body!) is { } there
            && (there.Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) == target.Rollout.Name || (action is WorkloadAction.CreateSet create && there.Meta.Controller?.Uid == create.Owner.Uid)));
    }

    private static ActionResult Refused(WorkloadAction action, KubeAnswer answer) => ActionResult.Failed(answer.Outcome switch
    {
        KubeOutcome.Forbidden => $"The permission to {action.Verb} {action.Kind.Plural} is missing (the controller {action.Does}): {answer.Problem}",
        KubeOutcome.Done or KubeOutcome.NotFound or KubeOutcome.Conflict or KubeOutcome.AlreadyExists or KubeOutcome.Invalid or KubeOutcome.NamespaceTerminating
            or KubeOutcome.Unavailable => $"The controller {action.Does}, which failed: {answer.Problem}",
    });
}

/// <summary>What one write came to.</summary>
/// <param name="Written">The object as it is now; null unless it was written.</param>
/// <param name="IsDeleted">It is gone.</param>
/// <param name="IsStale">Somebody else wrote in between, and the caches have that now.</param>
/// <param name="Failure">Why it failed, in one sentence.</param>
internal readonly record struct ActionResult(ICached? Written, bool IsDeleted, bool IsStale, string? Failure)
{
    public static readonly ActionResult Stale = new(null, false, true, null);

    public static readonly ActionResult Deleted = new(null, true, false, null);

    /// <summary>The namespace is being deleted, and everything in it.</summary>
    public static readonly ActionResult Ended = new(null, false, false, "The namespace is being deleted.") { IsEnd = true };

    /// <summary>Nothing can be left to do.</summary>
    public bool IsEnd { get; init; }

    public static ActionResult Failed(string failure) => new(null, false, false, failure);
}

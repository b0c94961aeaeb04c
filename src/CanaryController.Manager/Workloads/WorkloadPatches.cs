using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Workloads;

/// <summary>Changes, as they are sent: each one patch, conditional on the object as it was seen. Pure.</summary>
internal static class WorkloadPatches
{
    public static JsonPatch Of(WorkloadAction.ChangeDeployment action, bool hasAnnotations)
    {
        // A Deployment that rolls writes its status many times a second. Pausing it must not lose that race again and again: it rests on the spec alone, which the generation stands for.
        var meta = action.Deployment.Meta;
        var patch = action.Paused == true && hasAnnotations
            ? new JsonPatch().Test("/metadata/uid", meta.Uid).Test("/metadata/generation", meta.Generation)
            : JsonPatch.At(meta.ResourceVersion);
        if (action.Paused is { } paused)
        {
            patch.Add("/spec/paused", paused);
        }

        return Annotate(patch, action.Deployment.Meta, action.Annotations, hasAnnotations);
    }

    public static JsonPatch Of(WorkloadAction.RestoreTemplate action, JsonObject template) =>
        JsonPatch.At(action.Deployment.Meta.ResourceVersion).Replace("/spec/template", template);

    public static JsonPatch Of(WorkloadAction.FenceHolder action, bool hasAnnotations) =>
        Annotate(JsonPatch.At(action.Holder.Meta.ResourceVersion), action.Holder.Meta, [new(Marks.FenceAnnotation, action.Fence)], hasAnnotations);

    public static JsonPatch Of(WorkloadAction.ChangeSet action, WorkloadTarget target, bool hasAnnotations)
    {
        var meta = action.Set.Meta;
        var patch = JsonPatch.At(meta.ResourceVersion);
        if (action.Owner is { } owner)
        {
            patch.Add("/metadata/ownerReferences", WorkloadBodies.Owners(owner));
        }

        if (action.Replicas is { } replicas)
        {
            patch.Add("/spec/replicas", replicas);
        }

        if (action.MinReadySeconds is { } seconds)
        {
            patch.Add("/spec/minReadySeconds", seconds);
        }

        var label = $"/metadata/labels/{JsonPatch.Escape(Marks.RolloutLabel)}";
        if (action.Labelled is true)
        {
            patch.Add(label, target.Rollout.Name);
        }
        else if (action.Labelled is false && meta.Labels.ContainsKey(Marks.RolloutLabel))
        {
            patch.Remove(label);
        }

        return Annotate(patch, meta, action.Annotations, hasAnnotations);
    }

    public static JsonPatch Of(WorkloadAction.ChangeService action, bool hasAnnotations)
    {
        var patch = JsonPatch.At(action.Service.Meta.ResourceVersion);
        if (action.Selector is { } selector)
        {
            patch.Add("/spec/selector", WorkloadBodies.Selector(selector));
        }

        if (action.Ports is { } ports)
        {
            patch.Add("/spec/ports", WorkloadBodies.Ports(ports));
        }

        // One key only: whatever else the selector says is the user's.
        var key = $"/spec/selector/{Marks.PodTemplateHash}";
        if (action.Hash is { Length: > 0 } hash)
        {
            patch.Add(key, hash);
        }
        else if (action.Hash is not null)
        {
            patch.Remove(key);
        }

        return Annotate(patch, action.Service.Meta, action.Annotations, hasAnnotations);
    }

    private static JsonPatch Annotate(JsonPatch patch, ObjectMeta meta, EquatableArray<Annotation> annotations, bool hasAnnotations)
    {
        if (!hasAnnotations && annotations.Any(annotation => annotation.Value is not null))
        {
            return patch.Add("/metadata/annotations", WorkloadBodies.Pairs(annotations));
        }

        foreach (var annotation in annotations)
        {
            var path = $"/metadata/annotations/{JsonPatch.Escape(annotation.Key)}";
            if (annotation.Value is { } value)
            {
                patch.Add(path, value);
            }
            else if (meta.Annotations.ContainsKey(annotation.Key))
            {
                patch.Remove(path);
            }
        }

        return patch;
    }
}

using CanaryController.EndToEnd.Tests.Kubernetes.Api;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Laws;

/// <summary>Laws on the pods behind the route.</summary>
internal static class PodLaws
{
    /// <summary>
    /// Each version has as many ready pods as its share of the size at the start asks for. Where the test scales, the smallest size counts until it says that the new one is there; pods that the
    /// test itself deleted or made unready are excused.
    /// </summary>
    public static IEnumerable<string> EnoughReadyPods(LawContext context)
    {
        var (world, memory, excused) = (context.World, context.Memory, context.Disturbances);
        if (excused.TakeResettled())
        {
            memory.SmallestSize = world.Replicas;
        }

        if (world.Deployment is not null)
        {
            memory.SmallestSize = Math.Min(memory.SmallestSize ?? int.MaxValue, world.Replicas);
        }

        if (memory.SmallestSize is not { } smallest || excused.IsLeaving || excused.IsCaptured)
        {
            yield break;
        }

        var size = Math.Min(smallest, world.Rollout.Int("status", "state", "stableSizeAtStart") is { } atStart and > 0 ? atStart : int.MaxValue);
        foreach (var (hash, share) in world.Traffic)
        {
            // A share is a quotient of whole numbers: what is above the next whole number only by rounding does not need a pod more.
            var needed = (int)Math.Ceiling((share * size) - 1e-6) - excused.Pods.Count;
            var serving = world.Serving(hash);
            if (serving >= needed)
            {
                memory.Short.Remove(hash);
            }
            else if (memory.Short.Add(hash))
            {
                yield return $"{hash} gets {share:0.##} of the requests of {size} pods and has {serving} ready pods, {needed} needed";
            }
        }
    }

    /// <summary>Where there is no route, the apex Service has as many ready pods as the Deployment has at least, whatever their version.</summary>
    public static IEnumerable<string> EnoughPodsWithoutMesh(LawContext context)
    {
        var (world, memory) = (context.World, context.Memory);
        if (world.HasRoute || memory.SmallestSize is not { } smallest || context.Disturbances.IsLeaving)
        {
            yield break;
        }

        var serving = world.Endpoints(world.Name).Count;
        if (serving >= smallest - context.Disturbances.Pods.Count)
        {
            memory.Short.Remove("");
        }
        else if (memory.Short.Add(""))
        {
            yield return $"{serving} of {smallest} pods";
        }
    }

    /// <summary>Nobody but the test deletes a pod of a version with traffic; scaling the Deployment down by n excuses n of each version.</summary>
    public static IEnumerable<string> NoServingPodIsDeleted(LawContext context)
    {
        var (world, happened, before) = (context.World, context.Happened, context.Before);
        if (happened.Kind == KubeKind.Deployment && before is not null)
        {
            context.Memory.MayGo += Math.Max(0, (before.Int("spec", "replicas") ?? 0) - world.Replicas);
        }

        if (happened.Kind != KubeKind.Pod || before is null || !before.IsServing() || !(happened.IsDeleted || happened.Item.IsDeleting()))
        {
            yield break;
        }

        if (world.Traffic.GetValueOrDefault(before.Hash()) <= 0 || context.Disturbances.IsLeaving || context.Disturbances.IsCaptured || context.Disturbances.Pods.Contains(happened.Name))
        {
            yield break;
        }

        var hash = before.Hash();
        var gone = context.Memory.Gone[hash] = context.Memory.Gone.GetValueOrDefault(hash) + 1;
        if (gone <= context.Memory.MayGo)
        {
            yield break;
        }

        yield return $"pod {happened.Name} of {before.Hash()}, which gets {world.Traffic[before.Hash()]:0.##} of the requests, was deleted";
    }

    /// <summary>The ReplicaSet of stable is not scaled below the Deployment's size while requests go to it.</summary>
    public static IEnumerable<string> StableKeepsItsSize(LawContext context)
    {
        var (world, happened, before) = (context.World, context.Happened, context.Before);
        if (happened.Kind != KubeKind.ReplicaSet || happened.IsDeleted || before is null || context.Disturbances.IsLeaving || context.Disturbances.IsCaptured)
        {
            yield break;
        }

        var hash = happened.Item.Hash();
        var (was, now) = (before.Int("spec", "replicas") ?? 0, happened.Item.Int("spec", "replicas") ?? 0);
        if (hash == world.Rollout.Text("status", "stableRevision") && world.Traffic.GetValueOrDefault(hash) > 0 && now < was && now < world.Replicas)
        {
            yield return $"{happened.Name} was scaled from {was} to {now} beside {world.Replicas} of the Deployment";
        }
    }

    /// <summary>A ReplicaSet that the Deployment's selector matches belongs to somebody: an orphan would be adopted, and scaled, at once.</summary>
    public static IEnumerable<string> NoOrphans(LawContext context)
    {
        var happened = context.Happened;
        if (happened.Kind == KubeKind.ReplicaSet && !happened.IsDeleted && !happened.Item.IsDeleting() && happened.Item.Controller() is null
            && context.World.Deployment is { } deployment && !deployment.IsDeleting())
        {
            yield return $"{happened.Name} has no controller";
        }
    }
}

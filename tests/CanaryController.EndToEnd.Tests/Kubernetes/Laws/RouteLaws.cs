using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Laws;

/// <summary>Laws on where the route sends requests.</summary>
internal static class RouteLaws
{
    /// <summary>Once a rule was divided, both entries stay in it with the same sum, until the rollout is deleted.</summary>
    public static IEnumerable<string> BothEntriesStay(LawContext context)
    {
        var world = context.World;
        if (RouteForm.Of(context.Happened.Kind) is not { } form || world.Route is null || !world.IsLed)
        {
            yield break;
        }

        foreach (var rule in world.Backends().Where(rule => rule.Count > 0))
        {
            var stable = rule.Any(each => each.Service == form.Stable(world.Name));
            var canary = rule.Any(each => each.Service == $"{world.Name}-canary");
            var sum = rule.Sum(each => each.Weight);
            if (stable && canary)
            {
                context.Memory.WeightSum ??= sum;
            }

            if (sum == 0)
            {
                yield return "all weights are 0";
            }

            if (context.Memory.WeightSum is not { } whole || context.Disturbances.RouteIsContended)
            {
                continue;
            }

            if (!stable || !canary)
            {
                yield return $"the entries are {string.Join(", ", rule)}";
            }
            else if (sum != whole)
            {
                yield return $"the weights sum to {sum}, not {whole}";
            }
        }
    }

    /// <summary>A Service with a weight has a ready endpoint, unless the test took its pods away or scaled the shop to 0.</summary>
    public static IEnumerable<string> NothingIsLost(LawContext context)
    {
        var (world, losing) = (context.World, context.Memory.Losing);
        losing.IntersectWith(world.LosingServices);
        if (context.Memory.SmallestSize is 0 || context.Disturbances.IsLeaving || context.Disturbances.Pods.Count > 0)
        {
            yield break;
        }

        // While somebody else's rolling update is captured, stable's pods are what its controller left of them.
        foreach (var service in world.LosingServices.Where(losing.Add).Where(service => !context.Disturbances.IsCaptured || service.EndsWith("-canary", StringComparison.Ordinal)))
        {
            yield return $"Service {service} has a weight and no ready endpoint (route {world.Route?.Version()})";
        }
    }

    /// <summary>A version that was rejected gets nothing until it is tried again.</summary>
    public static IEnumerable<string> NothingToRejected(LawContext context)
    {
        var (world, rejected) = (context.World, context.Memory.Rejected);
        if (context.Happened.Kind == KubeKind.Rollout && world.Rollout is { } rollout)
        {
            rejected.Clear();
            var outcomes = rollout.Items("status", "history").Select(record => (Revision: record.Text("revision") ?? "", Outcome: record.Text("outcome")));
            foreach (var (revision, outcome) in outcomes.GroupBy(each => each.Revision).Select(group => group.Last()))
            {
                if (outcome == "RolledBack")
                {
                    rejected.Add(revision);
                }
            }

            if (world.Phase is not ("Idle" or "Promoted" or "Aborted"))
            {
                // Under way again, or still on its way back.
                rejected.Remove(rollout.Text("status", "canaryRevision") ?? "");
            }
        }

        return rejected.Where(revision => world.Traffic.GetValueOrDefault(revision) > 0 && !context.Disturbances.IsLeaving)
            .Select(revision => $"{revision} was rejected and gets {world.Traffic[revision]:0.##} of the requests");
    }
}

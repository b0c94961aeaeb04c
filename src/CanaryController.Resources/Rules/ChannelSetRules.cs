using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>The rules over channels and the rollouts that name them.</summary>
public static class ChannelSetRules
{
    /// <summary>All that is wrong among <paramref name="rollouts"/> and <paramref name="channels"/>. A channel that is not among them may be in the cluster: that is a warning.</summary>
    public static IReadOnlyList<FieldProblem> Check(IReadOnlyList<RolloutDocument> rollouts, IReadOnlyList<NotificationChannelDocument> channels)
    {
        var problems = new List<FieldProblem>();
        var known = new Dictionary<ChannelKey, NotificationChannelDocument>();
        foreach (var channel in channels)
        {
            if (!known.TryAdd(channel.Resource.Key, channel))
            {
                var (line, column) = channel.Places.Find("metadata.name");
                problems.Add(new(
                    "metadata.name", channel.Resource.Metadata.Name, $"the channel {channel.Resource.Key} is there twice; the other one is in {known[channel.Resource.Key].File}", "rename one, or remove it",
                    channel.File, line, column));
            }
        }

        foreach (var rollout in rollouts)
        {
            foreach (var (path, name) in Uses(rollout.Resource.Spec).Where(use => use.Name.Length > 0 && !known.ContainsKey(new(rollout.Resource.Metadata.Namespace, use.Name))))
            {
                var (line, column) = rollout.Places.Find(path);
                problems.Add(new(
                    path, name, $"there is no NotificationChannel {name} of namespace {rollout.Resource.Metadata.Namespace} among these files", "add it, if it is not in the cluster already",
                    rollout.File, line, column, ProblemSeverity.Warning));
            }
        }

        return problems;
    }

    private static IEnumerable<(string Path, string Name)> Uses(SpecSection spec)
    {
        for (var index = 0; index < spec.Notifications.Channels.Count; index++)
        {
            yield return ($"spec.notifications.channels[{index}]", spec.Notifications.Channels[index]);
        }

        for (var step = 0; step < spec.Strategy.Steps.Count; step++)
        {
            var channels = spec.Strategy.Steps[step].Approval?.Channels ?? [];
            for (var index = 0; index < channels.Count; index++)
            {
                yield return ($"spec.strategy.steps[{step}].approval.channels[{index}]", channels[index]);
            }

            for (var index = 0; index < spec.Strategy.Steps[step].Gates.Count; index++)
            {
                if (spec.Strategy.Steps[step].Gates[index].Channel is { } channel)
                {
                    yield return ($"spec.strategy.steps[{step}].gates[{index}].channel", channel);
                }
            }
        }
    }
}

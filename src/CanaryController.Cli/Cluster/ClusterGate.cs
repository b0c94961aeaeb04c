using CanaryController.Cli.Hosting;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Cluster;

/// <summary>What a gate answers by the Rollout's object alone.</summary>
internal static class ClusterGate
{
    /// <summary>The answer.</summary>
    /// <exception cref="CliException">An image was named where versions have names.</exception>
    public static GateView Of(GateQuestion question, ServedRollout served, DateTimeOffset now)
    {
        var view = StatusViews.From(served, now);
        if (question.IsImage && served.Resource?.Spec.Workload.Kind is WorkloadType.External)
        {
            throw new CliException(ExitCode.Usage, $"--revision {question.Revision} is an image, but the versions of {served.Key} have names: write one, like {view.TargetRevision ?? "v2"}.");
        }

        return GateAnswers.Of(question, new(view, HistoryViews.Revisions(served.Status?.History ?? []))
        {
            Sequence = served.Status?.Memory?.Sequence ?? 0,
            Images = served.Status?.Images ?? [],
        });
    }
}

using CanaryController.Examples.Demo.Load;
using CanaryController.Resources.Api;

namespace CanaryController.Examples.Demo.Show;

/// <summary>Shows how a scenario goes on.</summary>
internal interface IScenarioView
{
    /// <summary>One line that stays.</summary>
    void Say(string line);

    /// <summary>How it stands now. Called several times a second.</summary>
    void Update(Snapshot now);
}

/// <summary>How a scenario stands.</summary>
/// <param name="Elapsed">Since the load began.</param>
/// <param name="Rollout">As the manager shows it; null while it does not answer.</param>
/// <param name="Weight">The canary's weight at the gateway, percent.</param>
/// <param name="Responses">What users met so far.</param>
internal sealed record Snapshot(TimeSpan Elapsed, RolloutView? Rollout, decimal Weight, ResponseLog Responses);

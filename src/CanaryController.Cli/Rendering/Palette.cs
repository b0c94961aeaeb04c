using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Rendering;

/// <summary>Colours and marks. A mark says the same as its colour, for logs and for people who do not see the difference.</summary>
internal static class Palette
{
    /// <summary>The colour of a phase.</summary>
    public static string Of(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Idle => "default",
        RolloutPhase.Promoted => "green",
        RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Promoting => "blue",
        RolloutPhase.Paused or RolloutPhase.WaitingApproval => "yellow",
        RolloutPhase.Aborting or RolloutPhase.Aborted or RolloutPhase.Invalid => "red",
    };

    /// <summary>Mark and colour of a step.</summary>
    public static (string Mark, string Color) Of(StepStatus status) => status switch
    {
        StepStatus.Done => ("✓", "green"),
        StepStatus.Active => ("●", "blue"),
        StepStatus.Failed => ("✗", "red"),
        StepStatus.Pending => ("○", "grey"),
    };

    /// <summary>Mark and colour of a verdict.</summary>
    public static (string Mark, string Color) Of(Verdict? verdict) => verdict switch
    {
        Verdict.Passed => ("✓", "green"),
        Verdict.Failed => ("✗", "red"),
        Verdict.Inconclusive => ("?", "yellow"),
        Verdict.NoData or Verdict.BelowMinRequests => ("…", "yellow"),
        Verdict.ProviderError => ("!", "red"),
        null => ("○", "grey"),
    };

    /// <summary>The colour of an outcome.</summary>
    public static string Of(RevisionOutcome outcome) => outcome switch
    {
        RevisionOutcome.Adopted => "default",
        RevisionOutcome.Promoted => "green",
        RevisionOutcome.RolledBack => "red",
        RevisionOutcome.Superseded => "yellow",
    };

    /// <summary>How strong the evidence against the canary is.</summary>
    public static string OfEvidence(double ratio) => ratio switch
    {
        >= 1 => "red",
        >= 0.5 => "yellow",
        _ => "grey",
    };
}

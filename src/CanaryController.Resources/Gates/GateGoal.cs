namespace CanaryController.Resources.Gates;

/// <summary>Where a rollout is waited for.</summary>
public enum GateGoal
{
    /// <summary>The revision became stable.</summary>
    Promoted,

    /// <summary>A person stopped it.</summary>
    Paused,

    /// <summary>Only an approval is missing.</summary>
    Approval,

    /// <summary>The revision was rolled back, and its traffic has returned.</summary>
    RolledBack,

    /// <summary>It is over, however it ended.</summary>
    Ended,
}

/// <summary>The goals as they are written, the same for the API and the command line.</summary>
public static class GateGoals
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<GateGoal>().Select(Text)];

    /// <summary>A goal as it is written.</summary>
    public static string Text(this GateGoal goal) => goal switch
    {
        GateGoal.Promoted => "promoted",
        GateGoal.Paused => "paused",
        GateGoal.Approval => "approval",
        GateGoal.RolledBack => "rolled-back",
        GateGoal.Ended => "ended",
    };

    /// <summary>Reads a goal; null when it is none.</summary>
    public static GateGoal? Find(string? text) => Enum.GetValues<GateGoal>().Cast<GateGoal?>().FirstOrDefault(goal => Text(goal!.Value) == text);
}

namespace CanaryController.Core.Rollouts;

/// <summary>What deployment windows and freezes say at one moment. Core knows no time zones and no calendars: who observes has read them.</summary>
/// <param name="ClosedBy">What closes, like <c>FreezeWindow year-end</c>; null while traffic may move forward.</param>
/// <param name="Because">The same in one sentence, with the next opening; empty while open.</param>
/// <param name="OpensAt">When it opens next, after the moment of the observation; null when that is not known, or while open.</param>
public sealed record WindowObservation(string? ClosedBy, string Because, DateTimeOffset? OpensAt)
{
    /// <summary>Traffic may move forward.</summary>
    public static WindowObservation Open { get; } = new(null, "", null);

    /// <summary>Traffic may move forward.</summary>
    public bool IsOpen => ClosedBy is null;
}

using CanaryController.Core.Traffic;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// What a router knows of the objects beside those that it divides: what has to be right before requests go to a canary, and what has to be written before the weights (ADR 0008). There is at
/// most one a router; routers without one need nothing else.
/// </summary>
internal abstract class RouteCompanion
{
    /// <summary>Whose it is.</summary>
    public abstract RouterType Router { get; }

    /// <summary>What the objects beside the routes say now. Costs no request.</summary>
    public abstract CompanionReading Read(ClusterRoute cluster, string stable, string? canary);

    /// <summary>
    /// Writes what the routes need before they carry <paramref name="split"/>, on condition that it still is as it was in <paramref name="basis"/>. As long as that is not done no weight rises
    /// and no entry is divided; a weight that falls is written all the same.
    /// </summary>
    public virtual Task<RouteWrite> PrepareAsync(ClusterRoute cluster, TrafficSplit split, string basis, CancellationToken cancellation) => Task.FromResult(RouteWrite.Done);

    /// <summary>Gives back what was written, once all routes are. Null when that is done; otherwise what is waited for or wrong, in one sentence: it is called again.</summary>
    public virtual Task<string?> RestoreAsync(ClusterRoute cluster, string stable, CancellationToken cancellation) => Task.FromResult<string?>(null);
}

/// <summary>What the objects beside the routes say.</summary>
internal sealed record CompanionReading
{
    /// <summary>There is nothing to say.</summary>
    public static readonly CompanionReading Nothing = new();

    /// <summary>Requests go another way than the weights say, before the first of them and afterwards.</summary>
    public static CompanionReading Diverted(string why) => new() { Obstacle = why, Diversion = why };

    /// <summary>
    /// What is written beside the routes is as it should be. As long as it is not, the split counts as not known: so it is asked for again, and <see cref="RouteCompanion.PrepareAsync"/> mends it.
    /// </summary>
    public bool IsSettled { get; init; } = true;

    /// <summary>Why it cannot be mended by writing, in one sentence with what people have to do; null when nothing keeps it from that.</summary>
    public string? Problem { get; init; }

    /// <summary>An object is known not to be there: whoever leaves has nothing to take back from it.</summary>
    public bool IsMissing { get; init; }

    /// <summary>
    /// Why no request may go to a canary that gets none yet, in one sentence with what mends it; null when they may. It neither counts for a canary that has requests already, nor keeps a weight from falling.
    /// </summary>
    public string? Obstacle { get; init; }

    /// <summary>
    /// Why requests do not go as the weights say, in one sentence with what mends it; null when they do. A canary that has requests waits for it too, and gets no more; a weight falls all the same.
    /// </summary>
    public string? Diversion { get; init; }

    /// <summary>Which version each entry sends to; null where the versions' Services tell it.</summary>
    public EntryRoles? Roles { get; init; }

    /// <summary>Which state of the objects this is; empty when nothing is written beside the routes.</summary>
    public string Basis { get; init; } = "";

    /// <summary>What people should know beside that; null when there is nothing.</summary>
    public ConditionView? Condition { get; init; }
}

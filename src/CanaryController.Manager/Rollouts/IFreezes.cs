using CanaryController.Core;
using CanaryController.Resources;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Rollouts;

/// <summary>The freezes that are known. Reads memory only.</summary>
internal interface IFreezes
{
    /// <summary>Those that are meant for a rollout, whether they last now or not; one that cannot be read is meant for everybody who may be.</summary>
    IReadOnlyList<Freeze> For(RolloutKey rollout, EquatableArray<KeyValuePair<string, string>> labels);

    /// <summary>Those of a namespace and those of all; of all namespaces with null. With each what was written (null when it cannot be read) and the file where it stands.</summary>
    IReadOnlyList<(FreezeWindow? Window, Freeze Freeze, string? File)> Of(string? ns);
}

/// <summary>Makes and ends freezes for the API. Who may do that was asked before.</summary>
internal interface IFreezeKeeper
{
    /// <summary>Adds one, which keeps the rules.</summary>
    /// <param name="window">The freeze, of a namespace.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">It could not be stored, and is not in force.</exception>
    Task<FreezeAnswer> AddAsync(FreezeWindow window, string actor, CancellationToken cancellation);

    /// <summary>Ends one of a namespace.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored, and stays in force.</exception>
    Task<FreezeAnswer> EndAsync(string ns, string name, CancellationToken cancellation);
}

/// <summary>What became of a freeze that was to be made or ended.</summary>
/// <param name="Outcome">The same for programs.</param>
/// <param name="Message">Why not, in one sentence; empty when it was done.</param>
internal sealed record FreezeAnswer(FreezeOutcome Outcome, string Message = "")
{
    /// <summary>It was done.</summary>
    public static FreezeAnswer Done { get; } = new(FreezeOutcome.Done);
}

/// <summary>What became of a freeze that was to be made or ended.</summary>
internal enum FreezeOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>There is no such freeze, or no such namespace.</summary>
    NotFound,

    /// <summary>Not with this name, or not here.</summary>
    Refused,
}

using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Controller;

/// <summary>Who is asked about rollouts: a controller's HTTP API, or the cluster's objects. What goes wrong becomes a <see cref="Hosting.CliException"/> that says what to do.</summary>
internal interface IRolloutApi : IDisposable
{
    /// <summary>The rollouts of a namespace; <c>-</c> means all.</summary>
    Task<RolloutList> ListAsync(string @namespace, CancellationToken cancellation);

    /// <summary>One rollout.</summary>
    Task<RolloutView> GetAsync(RolloutKey key, CancellationToken cancellation);

    /// <summary>Its revisions, transitions and commands.</summary>
    Task<HistoryView> HistoryAsync(RolloutKey key, CancellationToken cancellation);

    /// <summary>Asks for something, and returns when the controller has answered.</summary>
    Task<CommandResponse> CommandAsync(RolloutKey key, CommandRequest command, CancellationToken cancellation);

    /// <summary>The freezes of a namespace and those of all; <c>-</c> means all namespaces.</summary>
    Task<FreezeList> FreezesAsync(string @namespace, CancellationToken cancellation);

    /// <summary>Makes a freeze.</summary>
    Task<FreezeView> FreezeAsync(string @namespace, FreezeRequest freeze, CancellationToken cancellation);

    /// <summary>Ends a freeze; the rest of them.</summary>
    Task<FreezeList> EndFreezeAsync(string @namespace, string name, CancellationToken cancellation);

    /// <summary>Asks at a rollout's gate, once.</summary>
    Task<GateView> GateAsync(RolloutKey key, GateQuestion question, CancellationToken cancellation);

    /// <summary>Follows one rollout.</summary>
    IRolloutFeed Follow(RolloutKey key);

    /// <summary>Follows one rollout, and answers a question with each frame.</summary>
    IRolloutFeed Follow(RolloutKey key, GateQuestion question);
}

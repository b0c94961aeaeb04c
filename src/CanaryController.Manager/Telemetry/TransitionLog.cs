using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using MediatR;

namespace CanaryController.Manager.Telemetry;

/// <summary>One line of the log a transition.</summary>
internal sealed partial class TransitionLog(ILogger<TransitionLog> logger) : INotificationHandler<RolloutTransitioned>
{
    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        var seen = notification.Event;
        Transitioned(
            logger, seen.Namespace, seen.Name, seen.Sequence, seen.From, seen.To, seen.Revision, seen.Step, seen.WeightPercent, seen.Reason, seen.Message,
            seen.Actor ?? "controller");
        return Task.CompletedTask;
    }

    [LoggerMessage(
        EventId = 1001,
        Level = LogLevel.Information,
        Message = "{Namespace}/{Name} #{Sequence}: {From} -> {To}, revision {Revision}, step {Step}, weight {WeightPercent} %: {Reason}: {Text} (by {Actor})")]
    private static partial void Transitioned(
        ILogger logger, string @namespace, string name, long sequence, RolloutPhase from, RolloutPhase to, string? revision, int step, decimal weightPercent,
        RolloutReason reason, string text, string actor);
}

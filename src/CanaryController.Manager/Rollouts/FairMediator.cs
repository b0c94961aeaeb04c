using System.Diagnostics.CodeAnalysis;
using MediatR;

namespace CanaryController.Manager.Rollouts;

/// <summary>A mediator whose listeners cannot silence each other: one that fails is logged, the rest still hear.</summary>
internal sealed partial class FairMediator(ServiceFactory services, ILogger<FairMediator> logger) : Mediator(services)
{
    /// <summary>Handlers are called as they are enumerated, so that one which throws before its first await throws from there.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a listener throws must not reach the others; it is logged here, once.")]
    protected override async Task PublishCore(IEnumerable<Task> allHandlers)
    {
        using var handlers = allHandlers.GetEnumerator();
        for (var more = true; more;)
        {
            try
            {
                more = handlers.MoveNext();
                await (more ? handlers.Current : Task.CompletedTask);
            }
            catch (Exception failure)
            {
                ListenerFailed(logger, failure);
            }
        }
    }

    [LoggerMessage(EventId = 1201, Level = LogLevel.Error, Message = "A listener failed at a transition; the others heard it")]
    private static partial void ListenerFailed(ILogger logger, Exception failure);
}

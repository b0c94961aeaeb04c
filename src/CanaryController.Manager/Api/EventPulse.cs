using CanaryController.Manager.Rollouts;
using MediatR;

namespace CanaryController.Manager.Api;

/// <summary>Wakes the event streams at each transition. What they send comes from the table, so a beat that is missed loses nothing.</summary>
internal sealed class EventPulse : INotificationHandler<RolloutTransitioned>
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends at the next transition. Taken before the table is read.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return Task.CompletedTask;
    }
}

using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Testing;
using MediatR;
using Microsoft.Extensions.Logging.Abstractions;

namespace CanaryController.Manager.Tests.Rollouts;

public sealed class FairMediatorTests
{
    [Fact]
    public async Task A_listener_that_fails_does_not_silence_the_others()
    {
        var last = new RecordingListener();
        INotificationHandler<RolloutTransitioned>[] listeners = [new Thrower(early: true), new Thrower(early: false), last];
        var mediator = new FairMediator(
            type => type == typeof(IEnumerable<INotificationHandler<RolloutTransitioned>>) ? listeners : throw new InvalidOperationException(type.Name),
            NullLogger<FairMediator>.Instance);
        await mediator.Publish(new RolloutTransitioned(new RolloutEvent
        {
            Id = 1,
            Namespace = "default",
            Name = "shop",
            Sequence = 1,
            At = default,
            From = default,
            To = default,
            Reason = default,
            Message = "",
        }));

        Assert.Single(last.Events);
    }

    private sealed class Thrower(bool early) : INotificationHandler<RolloutTransitioned>
    {
        public Task Handle(RolloutTransitioned notification, CancellationToken cancellationToken) =>
            early ? throw new InvalidOperationException("at once") : Task.FromException(new InvalidOperationException("later"));
    }
}

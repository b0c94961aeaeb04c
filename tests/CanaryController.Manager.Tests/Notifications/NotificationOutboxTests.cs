using CanaryController.Core.Rollouts;
using CanaryController.Manager.Notifications;
using CanaryController.Resources.Notifications;
using Microsoft.AspNetCore.Http;
using Prometheus;

namespace CanaryController.Manager.Tests.Notifications;

/// <summary>What the outbox promises: everything arrives once it can, in order, signed; what cannot is counted; nobody waits for anybody else.</summary>
public sealed class NotificationOutboxTests : IAsyncLifetime
{
    private OutboxBed _bed = null!;

    public async ValueTask InitializeAsync() => _bed = await OutboxBed.StartAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task A_transition_arrives_as_a_signed_CloudEvent()
    {
        _bed.AddWebhook("pager");
        var told = _bed.Tell("pager", sequence: 17);
        await _bed.WhenSettledAsync();

        var hook = Assert.Single(_bed.Receiver.Hooks);
        Assert.True(hook.IsSignedBy(OutboxBed.Key));
        Assert.Equal("shop_checkout_17_1767225600000", hook.Id);
        Assert.Equal(told.Id, hook.Id);
        Assert.Equal("application/cloudevents+json; charset=utf-8", hook.Headers["content-type"]);
        Assert.Equal(
            """
            {"specversion":"1.0","id":"shop_checkout_17_1767225600000","source":"/namespaces/shop/rollouts/checkout","type":"io.canarycontroller.rollout.rolling-back","subject":"shop/checkout","time":"2026-01-01T00:00:00.0000000Z","datacontenttype":"application/json","data":{"namespace":"shop","name":"checkout","sequence":17,"from":"Progressing","to":"Aborting","revision":"v2","step":2,"weightPercent":25,"reason":"MetricFailed","message":"success-rate 96.2 % is below min 99 %."}}
            """,
            hook.Text.Replace("\\u0025", "%", StringComparison.Ordinal));
        Assert.Equal(1, await _bed.MetricAsync("canary_notifications_delivered_total"));
    }

    [Fact]
    public async Task A_try_that_cancels_itself_is_tried_again_and_the_lane_goes_on()
    {
        _bed.AddWebhook("pager");
        var destination = new CancelledOnce();
        using var outbox = new NotificationOutbox(_bed, [destination], new(), new(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())), new Random(1), _bed.Time, _bed, _bed);
        foreach (var sequence in (long[])[1, 2])
        {
            outbox.Add(new(sequence, new("shop", "pager"), _bed.Time.GetUtcNow(), NotificationRoutes.Of(OutboxBed.Event(sequence, "checkout", RolloutPhase.Paused, RolloutReason.PauseRequested))));
        }

        await _bed.WhenSettledAsync(2);
        Assert.Equal(3, destination.Tries);
        await outbox.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Flaggers_payload_is_an_option()
    {
        _bed.AddWebhook("events", format: WebhookFormat.Flagger, isSigned: false);
        _bed.Tell("events");
        await _bed.WhenSettledAsync();

        var json = Assert.Single(_bed.Receiver.Hooks).Json;
        Assert.Equal(("checkout", "shop", "Failed"), ((string?)json["name"], (string?)json["namespace"], (string?)json["phase"]));
        Assert.Equal(16, ((string?)json["checksum"])!.Length);
        Assert.Equal("success-rate 96.2 % is below min 99 %.", (string?)json["metadata"]!["eventMessage"]);
        Assert.Equal(("Warning", "1767225600000"), ((string?)json["metadata"]!["eventType"], (string?)json["metadata"]!["timestamp"]));
    }

    [Fact]
    public async Task What_fails_is_tried_again_with_growing_rests_under_the_same_id_and_what_follows_waits()
    {
        _bed.AddWebhook("pager");
        _bed.Receiver.AnswerWith(500, 503, 502, 200);
        _bed.Tell("pager", 1);
        _bed.Tell("pager", 2, to: RolloutPhase.Aborted);
        await _bed.WhenSettledAsync(2);

        Assert.Equal([1L, 1, 1, 1, 2], _bed.Receiver.Hooks.Select(hook => (long)hook.Json["data"]!["sequence"]!));
        Assert.Single(_bed.Receiver.Hooks.Take(4).Select(hook => (hook.Id, hook.Text)).Distinct());
        Assert.Equal(3, _bed.Time.Rests.Count);
        foreach (var (rest, seconds) in _bed.Time.Rests.Zip((double[])[1, 2, 4]))
        {
            Assert.InRange(rest.TotalSeconds, seconds * 0.75, seconds);
        }

        Assert.Equal(3, await _bed.MetricAsync("canary_notifications_retried_total"));
    }

    [Fact]
    public async Task A_receiver_that_asks_to_be_left_alone_is_left_alone_that_long()
    {
        _bed.AddWebhook("pager");
        _bed.Receiver.Answer = (context, number) =>
        {
            context.Response.StatusCode = number == 1 ? StatusCodes.Status429TooManyRequests : StatusCodes.Status204NoContent;
            context.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        };
        _bed.Tell("pager");
        await _bed.WhenSettledAsync();
        Assert.Equal([TimeSpan.FromSeconds(120)], _bed.Time.Rests);
        Assert.Equal(2, _bed.Receiver.Hooks.Count);
    }

    [Fact]
    public async Task A_slow_receiver_is_given_up_for_now()
    {
        _bed.AddWebhook("pager");
        _bed.SetTimeout("pager", TimeSpan.FromMilliseconds(200));
        _bed.Receiver.Answer = (context, number) =>
        {
            if (number > 1)
            {
                return Task.CompletedTask;
            }

            _bed.SetTimeout("pager", TimeSpan.FromSeconds(20));
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        _bed.Tell("pager");
        await _bed.WhenSettledAsync();
        Assert.Equal(2, _bed.Receiver.Hooks.Count);
        Assert.Contains(_bed.Logged, line => line.Contains("127.0.0.1 did not answer within 0.2 s.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task What_the_receiver_does_not_want_is_dead_at_once_and_the_next_one_follows(int status)
    {
        _bed.AddWebhook("pager");
        _bed.Receiver.Answer = (context, number) =>
        {
            context.Response.StatusCode = number == 1 ? status : 200;
            context.Response.Headers.Location = _bed.Receiver.Url + "/elsewhere";
            return Task.CompletedTask;
        };
        _bed.Tell("pager", 1);
        _bed.Tell("pager", 2);
        await _bed.WhenSettledAsync(2);
        Assert.Equal(["/hook", "/hook"], _bed.Receiver.Hooks.Select(hook => hook.Target));
        Assert.Equal(1, await _bed.MetricAsync("canary_notifications_dead_total{reason=\"Refused\"}"));
    }

    [Fact]
    public async Task What_cannot_be_delivered_for_an_hour_is_dead_and_counted()
    {
        _bed.AddWebhook("pager");
        _bed.Receiver.AnswerWith(500);
        _bed.Tell("pager");
        await _bed.WhenSettledAsync();
        Assert.Equal(1, await _bed.MetricAsync("canary_notifications_dead_total{reason=\"Expired\"}"));
        Assert.InRange(_bed.Time.Rests.Sum(rest => rest.TotalMinutes), 54, 60);
        Assert.All(_bed.Time.Rests, rest => Assert.True(rest <= NotificationOutbox.LongestRest));
        Assert.Contains(_bed.Logged, line => line.StartsWith("Error: shop_checkout_1_1767225600000 (RollingBack) was given up for the NotificationChannel shop/pager: Expired", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_rollout_and_one_channel_never_wait_for_another()
    {
        var release = new TaskCompletionSource();
        _bed.AddWebhook("slow", "/slow");
        _bed.AddWebhook("pager", "/pager");
        _bed.Receiver.Answer = (context, _) => context.Request.Path == "/slow" ? release.Task.WaitAsync(context.RequestAborted) : Task.CompletedTask;
        _bed.Tell("slow");
        _bed.Tell("pager");
        _bed.Tell("pager", rollout: "cart");
        await _bed.WhenSettledAsync(2);
        Assert.Equal(2, _bed.Receiver.Hooks.Count(hook => hook.Target == "/pager"));
        release.SetResult();
        await _bed.WhenSettledAsync();
    }

    [Fact]
    public async Task Too_many_of_one_rollout_and_channel_are_dead_and_the_others_arrive()
    {
        var release = new TaskCompletionSource();
        _bed.AddWebhook("pager");
        _bed.Receiver.Answer = (context, _) => release.Task.WaitAsync(context.RequestAborted);
        for (var sequence = 1; sequence <= DeliveryLanes.MaxInLane + 5; sequence++)
        {
            _bed.Tell("pager", sequence);
        }

        Assert.Equal(5, await _bed.MetricAsync("canary_notifications_dead_total{reason=\"Full\"}"));
        release.SetResult();
        await _bed.WhenSettledAsync(DeliveryLanes.MaxInLane + 5);
        Assert.Equal(Enumerable.Range(1, DeliveryLanes.MaxInLane), _bed.Receiver.Hooks.Select(hook => (int)hook.Json["data"]!["sequence"]!));
        while (await _bed.MetricAsync("canary_notifications_pending") > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_channel_hears_what_it_lists_and_approvers_are_asked_whatever_it_lists()
    {
        _bed.AddWebhook("pager", events: [NotificationEvent.Promoted]);
        _bed.Tell("pager", 1);
        _bed.Tell("pager", 2, to: RolloutPhase.Promoted, reason: RolloutReason.Promoted);
        _bed.Tell("pager", 3, to: RolloutPhase.WaitingApproval, reason: RolloutReason.ApprovalNeeded, isAsked: true);
        await _bed.WhenSettledAsync(3);
        Assert.Equal(["io.canarycontroller.rollout.promoted", "io.canarycontroller.rollout.approval-needed"], _bed.Receiver.Hooks.Select(hook => (string?)hook.Json["type"]));
    }

    [Fact]
    public async Task A_channel_or_secret_that_never_comes_is_named()
    {
        _bed.AddWebhook("pager");
        _bed.RemoveSecret("pager");
        _bed.Tell("later");
        _bed.Tell("pager");
        await _bed.WhenSettledAsync(2);
        Assert.Empty(_bed.Receiver.Hooks);
        Assert.Equal(2, await _bed.MetricAsync("canary_notifications_dead_total{reason=\"Expired\"}"));
        Assert.Contains(_bed.Logged, line => line.EndsWith("There is no valid NotificationChannel shop/later.", StringComparison.Ordinal));
        Assert.Contains(_bed.Logged, line => line.Contains("The secret canary-notifications/pager cannot be read:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_and_nothing_of_an_address_but_its_host_is_logged()
    {
        const string Path = "/services/T0001/B0002/abcdef?token=querytoken";
        _bed.AddWebhook("pager", Path);
        _bed.AddWebhook("closed", url: "https://hooks.example.com/services/T0001/B0002/abcdef?token=querytoken");
        _bed.AddWebhook("weak");
        _bed.WriteSecret("weak", "weaksecret");
        _bed.Receiver.AnswerWith(500, 500, 404);
        _bed.Tell("pager");
        _bed.Tell("closed");
        _bed.Tell("weak");
        await _bed.WhenSettledAsync(3);
        Assert.NotEmpty(_bed.Logged);
        foreach (var secret in (string[])[OutboxBed.Secret, OutboxBed.Secret[6..], "weaksecret", "abcdef", "querytoken"])
        {
            Assert.DoesNotContain(_bed.Logged, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(_bed.Receiver.Hooks, hook => hook.Text.Contains(secret, StringComparison.Ordinal) || hook.Headers.Values.Any(value => value.Contains(secret, StringComparison.Ordinal)));
        }
    }

    private sealed class CancelledOnce : INotificationDestination
    {
        public int Tries { get; private set; }

        public bool Serves(NotificationChannelSpec channel) => true;

        public Task<DeliveryResult> DeliverAsync(Delivery delivery, CancellationToken cancellation) =>
            ++Tries == 1 ? throw new TaskCanceledException("a timeout of its own") : Task.FromResult(DeliveryResult.Delivered);
    }
}

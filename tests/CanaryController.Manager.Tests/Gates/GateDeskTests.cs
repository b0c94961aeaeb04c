using System.Collections.Concurrent;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Gates;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Notifications;
using CanaryController.Resources;
using MediatR;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace CanaryController.Manager.Tests.Gates;

/// <summary>Gates before a receiver on loopback: what each answer means, and when it is asked again.</summary>
public sealed class GateDeskTests : IAsyncLifetime, IRolloutWaker, INotificationHandler<GateDecided>
{
    private static readonly RolloutKey _key = new("shop", "checkout");
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<(QueueLane Lane, GateObservation? Answer)> _woken = new();
    private readonly ConcurrentQueue<GateDecided> _told = new();
    private readonly SemaphoreSlim _wakes = new(0);
    private OutboxBed _bed = null!;
    private GateDesk _desk = null!;
    private RolloutState _state = new();
    private int _expected;

    public async ValueTask InitializeAsync()
    {
        _bed = await OutboxBed.StartAsync();
        _desk = Desk();
    }

    public async ValueTask DisposeAsync()
    {
        _desk.Dispose();
        await _bed.DisposeAsync();
        _wakes.Dispose();
    }

    [Fact]
    public async Task A_pass_is_observed_wakes_the_rollout_and_is_told()
    {
        Track(Gate(GateMoment.Before));
        await WhenWokenAsync();
        Assert.Equal(new GateObservation("v2", 1, 0, "smoke", GateStatus.Passed, "it answered 200."), Assert.Single(_desk.Observe(_key, _state)));
        Assert.Equal(QueueLane.Prompt, Assert.Single(_woken).Lane);
        Assert.Equal(new GateAnswered("smoke", "v2", 1, 1, true, "it answered 200."), (await ToldAsync()).Gate);
    }

    [Fact]
    public async Task The_question_is_a_signed_CloudEvent_with_what_the_author_sends_along()
    {
        _bed.WriteSecret("gate", OutboxBed.Secret);
        Track(Gate(GateMoment.Before) with { Secret = new("canary-notifications", "gate"), Metadata = [new("cmd", "smoke --all")] });
        var hook = await _bed.Receiver.NextAsync();
        Assert.True(hook.IsSignedBy(OutboxBed.Key));
        Assert.Equal("shop_checkout_v2_1_1_smoke_1767225600000", hook.Id);
        Assert.Equal("io.canarycontroller.gate.before", (string?)hook.Json["type"]);
        Assert.Equal(
            """{"namespace":"shop","name":"checkout","gate":"smoke","phase":"Progressing","revision":"v2","stableRevision":"v1","attempt":1,"step":1,"steps":2,"weightPercent":25,"metadata":{"cmd":"smoke --all"}}""",
            hook.Json["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Flaggers_payload_is_the_one_that_its_gates_know()
    {
        Track(Gate(GateMoment.Before) with { Format = GateFormat.Flagger, Metadata = [new("type", "bash"), new("cmd", "curl -s http://podinfo")] });
        var json = (await _bed.Receiver.NextAsync()).Json;
        Assert.Equal(["name", "namespace", "phase", "checksum", "metadata"], json.AsObject().Select(member => member.Key));
        Assert.Equal(("checkout", "shop", "Progressing", "bash"), ((string?)json["name"], (string?)json["namespace"], (string?)json["phase"], (string?)json["metadata"]!["type"]));
    }

    [Fact]
    public async Task A_channel_says_where_and_how()
    {
        _bed.AddWebhook("gates", "/from-channel");
        Track(Gate(GateMoment.Before) with { Url = null, Channel = "gates" });
        var hook = await _bed.Receiver.NextAsync();
        Assert.Equal("/from-channel", hook.Target);
        Assert.True(hook.IsSignedBy(OutboxBed.Key));
    }

    [Fact]
    public async Task A_refusal_rolls_back_and_says_what_the_gate_said()
    {
        _bed.Receiver.Answer = (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync("release freeze\nuntil Monday", context.RequestAborted);
        };
        Track(Gate(GateMoment.During));
        await WhenWokenAsync();
        Assert.Equal((GateStatus.Failed, "it answered 403: release freeze until Monday."), Answered());
        Assert.Equal(QueueLane.Urgent, Assert.Single(_woken).Lane);
        Assert.False((await ToldAsync()).Gate!.Passed);
        Assert.Single(_bed.Receiver.Hooks);
    }

    [Fact]
    public async Task A_closed_gate_that_holds_is_asked_at_its_interval_until_it_opens()
    {
        _bed.Receiver.AnswerWith(403, 403, 403, 200);
        Track(Gate(GateMoment.Before) with { OnRefusal = GateRefusal.Hold, Interval = TimeSpan.FromSeconds(30), Deadline = null });
        await WhenWokenAsync();
        Assert.Equal(GateStatus.Passed, Answered().Status);
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(30), 3), _bed.Time.Rests);
        Assert.Equal(4, _bed.Receiver.Hooks.Select(hook => hook.Id).Distinct().Count());
    }

    [Fact]
    public async Task What_is_no_answer_is_asked_again_under_the_same_id_and_Retry_After_is_respected()
    {
        _bed.Receiver.Answer = (context, number) =>
        {
            context.Response.StatusCode = number switch { 1 => 500, 2 => 503, 3 => 429, 4 => 302, _ => 200 };
            context.Response.Headers.RetryAfter = number == 2 ? "45" : default;
            return Task.CompletedTask;
        };
        Track(Gate(GateMoment.BeforePromotion));
        await WhenWokenAsync();
        Assert.Equal(GateStatus.Passed, Answered().Status);
        Assert.Equal([1, 45, 4, 8], _bed.Time.Rests.Select(rest => (int)rest.TotalSeconds));
        Assert.Single(_bed.Receiver.Hooks.Select(hook => hook.Id).Distinct());
    }

    [Fact]
    public async Task A_gate_that_does_not_pass_in_time_has_failed()
    {
        _bed.Receiver.AnswerWith(503);
        Track(Gate(GateMoment.Before) with { Deadline = TimeSpan.FromMinutes(2) });
        await WhenWokenAsync();
        Assert.Equal((GateStatus.Failed, "it did not pass within 2m: it answered 503."), Answered());
        Assert.Equal(TimeSpan.FromMinutes(2), _bed.Time.Rests.Aggregate(TimeSpan.Zero, (sum, rest) => sum + rest));
    }

    [Fact]
    public async Task During_a_step_it_is_asked_again_and_the_latest_answer_counts()
    {
        _bed.Receiver.AnswerWith(200, 200, 503, 200, 403);
        Track(Gate(GateMoment.During));
        await WhenWokenAsync(4);
        Assert.Equal([GateStatus.Passed, GateStatus.Pending, GateStatus.Passed, GateStatus.Failed], _woken.Select(woken => woken.Answer!.Status));
        Assert.Equal(5, _bed.Receiver.Hooks.Count);
    }

    [Fact]
    public async Task A_gate_that_may_demand_the_rollback_does_so_by_2xx_alone()
    {
        _bed.Receiver.AnswerWith(404, 403, 500, 301, 200);
        Track(Gate(GateMoment.Rollback) with { Deadline = null });
        await WhenWokenAsync();
        Assert.Equal((GateStatus.Failed, "it answered 200."), Answered());
        Assert.Equal(5, _bed.Receiver.Hooks.Count);
    }

    [Fact]
    public async Task What_is_no_longer_asked_is_not_asked_and_its_late_answer_does_not_count()
    {
        var (arrived, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _bed.Receiver.Answer = (context, _) =>
        {
            arrived.SetResult();
            return release.Task.WaitAsync(context.RequestAborted);
        };
        Track(Gate(GateMoment.Before));
        await arrived.Task.WaitAsync(_patience);
        _desk.Track(_key, _state with { Attempt = 2 }, []);
        release.SetResult();
        await _bed.Receiver.NextAsync();
        Assert.Empty(_desk.Observe(_key, _state with { Attempt = 2 }));
        Assert.Empty(_desk.Observe(_key, _state));
        Assert.Empty(_woken);
    }

    [Fact]
    public async Task Each_attempt_is_asked_about_anew_and_a_pass_is_not_asked_about_again()
    {
        Track(Gate(GateMoment.Before));
        await WhenWokenAsync();
        Track(Gate(GateMoment.Before));
        _state = _state with { Attempt = 2 };
        Track(Gate(GateMoment.Before));
        await WhenWokenAsync();
        Assert.Equal([1, 2], _bed.Receiver.Hooks.Select(hook => (int)hook.Json["data"]!["attempt"]!));
        Assert.Equal(2, Assert.Single(_desk.Observe(_key, _state)).Attempt);
    }

    [Fact]
    public async Task A_restart_asks_again_and_until_then_nothing_has_passed()
    {
        Track(Gate(GateMoment.Before));
        await WhenWokenAsync();
        _desk.Dispose();
        _desk = Desk();
        Assert.Empty(_desk.Observe(_key, _state));
        Track(Gate(GateMoment.Before));
        await WhenWokenAsync();
        Assert.Equal(GateStatus.Passed, Answered().Status);
    }

    [Fact]
    public async Task A_restart_does_not_start_a_deadline_over()
    {
        _bed.Receiver.AnswerWith(503);
        var gate = Gate(GateMoment.Before) with { Deadline = TimeSpan.FromMinutes(2) };
        _state = _state with { PendingGates = [new(0, gate.Name, _bed.Time.GetUtcNow().AddSeconds(-90))] };
        Track(gate);
        await WhenWokenAsync();
        Assert.Equal((GateStatus.Failed, "it did not pass within 2m: it answered 503."), Answered());
        Assert.Equal(TimeSpan.FromSeconds(30), _bed.Time.Rests.Aggregate(TimeSpan.Zero, (sum, rest) => sum + rest));
    }

    [Fact]
    public async Task Since_when_a_gate_has_not_passed_is_told_while_it_is_asked()
    {
        var began = _bed.Time.GetUtcNow();
        _bed.Receiver.AnswerWith(503);
        Track(Gate(GateMoment.During) with { Deadline = TimeSpan.FromHours(100), Interval = TimeSpan.FromMinutes(5) });
        for (var answer = 0; answer < 3; answer++)
        {
            await _bed.Receiver.NextAsync();
        }

        Assert.Equal(began, Assert.Single(_desk.Observe(_key, _state)).Since);
        _desk.Track(_key, _state, []);
        Assert.Null(Assert.Single(_desk.Observe(_key, _state)).Since);
    }

    [Fact]
    public async Task A_target_that_is_not_allowed_never_passes_and_is_named()
    {
        Track(Gate(GateMoment.Before) with { Url = "http://169.254.169.254/latest/meta-data/?token=x", Deadline = TimeSpan.FromMinutes(1) });
        await WhenWokenAsync();
        var (status, message) = Answered();
        Assert.Equal(GateStatus.Failed, status);
        Assert.StartsWith("it did not pass within 1m: 169.254.169.254 leads to a loopback, link-local, metadata or other special address, which is refused", message, StringComparison.Ordinal);
        Assert.DoesNotContain("token", message, StringComparison.Ordinal);
    }

    void IRolloutWaker.Wake(RolloutKey key, QueueLane lane)
    {
        _woken.Enqueue((lane, _desk.Observe(key, _state) is { IsEmpty: false } answers ? answers[0] : null));
        _wakes.Release();
    }

    Task INotificationHandler<GateDecided>.Handle(GateDecided notification, CancellationToken cancellationToken)
    {
        _told.Enqueue(notification);
        _wakes.Release();
        return Task.CompletedTask;
    }

    private GateDesk Desk() => new(
        new(_bed.Client, new(_bed.Secrets, _bed.Time), _bed), this, new FairMediator(_ => (INotificationHandler<GateDecided>[])[this], NullLogger<FairMediator>.Instance), new SoleLeadership(), new(Metrics.WithCustomRegistry(Metrics.NewCustomRegistry())), _bed.Time, NullLogger<GateDesk>.Instance);

    private GateSpec Gate(GateMoment when) => new() { Name = "smoke", When = when, Url = _bed.Receiver.Url + "/gate", Deadline = TimeSpan.FromMinutes(10), Timeout = TimeSpan.FromSeconds(20) };

    private void Track(GateSpec gate)
    {
        var step = new RolloutStep { Weight = CanaryWeight.Full, Gates = [gate] };
        _state = _state with { Phase = RolloutPhase.Progressing, StableRevision = "v1", CanaryRevision = "v2", Attempt = Math.Max(1, _state.Attempt), Weight = CanaryWeight.FromBasisPoints(2500), Plan = [step, step] };
        _desk.Track(_key, _state, [new AskedGate(0, gate)]);
    }

    private (GateStatus Status, string Message) Answered()
    {
        var answer = Assert.Single(_desk.Observe(_key, _state));
        return (answer.Status, answer.Message);
    }

    /// <summary>Waits for that many more wakes.</summary>
    private async Task WhenWokenAsync(int count = 1)
    {
        _expected += count;
        while (_woken.Count < _expected)
        {
            Assert.True(await _wakes.WaitAsync(_patience));
        }
    }

    private async Task<Notification> ToldAsync()
    {
        while (_told.IsEmpty)
        {
            Assert.True(await _wakes.WaitAsync(_patience));
        }

        return _told.First().Notification;
    }
}

using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>What people and tools read of a Rollout.</summary>
public sealed class StatusComposerTests
{
    private const string Missing = "The Deployment checkout is not there.";

    private static readonly DateTimeOffset _now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static readonly RolloutResource _resource = new()
    {
        Key = new("shop", "checkout"),
        Generation = 3,
        Spec = new() { Workload = WorkloadKind.Managed, Steps = [new RolloutStep { Weight = CanaryWeight.Full }] },
    };

    /// <summary>As it is before anything was found to be stable.</summary>
    private static readonly RolloutState _new = new() { PhaseSince = _now };

    [Fact]
    public void One_that_was_not_adopted_yet_says_what_that_waits_for()
    {
        var status = Compose(null, _resource, _new, Missing);
        Assert.Equal((RolloutPhase.Idle, Missing, 3L), (status.Phase, status.Message, status.ObservedGeneration));
        Assert.Equal((ConditionStatus.False, "Adopting", Missing), Of(status, "Ready"));
        Assert.Equal((ConditionStatus.True, "Adopting", Missing), Of(status, "Reconciling"));
        Assert.Equal(ConditionStatus.False, Of(status, "Stalled").Status);
    }

    [Fact]
    public void What_is_waited_for_next_takes_its_place_and_is_news_only_by_its_reason()
    {
        var before = Compose(null, _resource, _new, Missing);
        var next = Compose(before, _resource, _new, "The Service checkout is not there.");
        Assert.Equal("The Service checkout is not there.", next.Message);
        Assert.False(StatusComposer.IsNews(before, next));
        Assert.True(StatusComposer.IsNews(before, Compose(before, _resource, Adopted(), null)));
    }

    [Fact]
    public void Once_adopted_the_last_transition_speaks_and_a_failure_only_in_a_condition_when_it_lasts()
    {
        var status = Compose(null, _resource, Adopted(), Missing);
        Assert.Equal("h1 is stable.", status.Message);
        Assert.Equal((ConditionStatus.True, "Idle", "h1 is stable."), Of(status, "Ready"));
        var lasting = StatusComposer.Compose(status, new(_resource, Adopted(), null, [], Missing) { FailureLasts = true }, _now.AddMinutes(2));
        Assert.Equal("h1 is stable.", lasting.Message);
        Assert.Equal((ConditionStatus.False, "Failing", Missing), Of(lasting, "Ready"));
        Assert.Equal((ConditionStatus.True, "Failing", Missing), Of(lasting, "Stalled"));
        Assert.Equal([_now.AddMinutes(2), _now], new[] { "Stalled", "Reconciling" }.Select(type => lasting.Conditions.First(each => each.Type == type).LastTransitionTime));
    }

    [Fact]
    public void The_images_of_the_last_revisions_go_along_with_what_is_written_and_are_no_reason_to_write()
    {
        var status = Compose(null, _resource, Adopted(), null);
        for (var number = 1; number <= 20; number++)
        {
            var asked = new RevisionImages { Revision = $"h{number}", Images = [$"shop:{number}"] };
            var next = StatusComposer.Compose(status, new(_resource, Adopted(), null, [], null) { Asked = asked }, _now);
            Assert.False(StatusComposer.IsNews(status, next));
            status = next;
        }

        Assert.Equal(RolloutStatus.MaxImages, status.Images.Count);
        var again = StatusComposer.Compose(status, new(_resource, Adopted(), null, [], null) { Asked = new() { Revision = "h10", Images = ["shop:10", "side:1"] } }, _now);
        Assert.Equal(["h20", "h10"], again.Images.TakeLast(2).Select(each => each.Revision));
        Assert.Equal(RolloutStatus.MaxImages, again.Images.Count);
        Assert.Equal(again.Images, StatusComposer.Compose(again, new(_resource, Adopted(), null, [], null), _now).Images);
    }

    [Fact]
    public void The_counted_share_goes_along_with_what_is_written_and_is_no_reason_to_write()
    {
        var state = Adopted() with { CanaryRevision = "h2", Attempt = 1 };
        var before = Compose(null, _resource, state, null);
        Assert.Null(before.RequestShare);
        var counted = StatusComposer.Compose(before, new(_resource, state, Counted(53_000, 1_000_000), [], null), _now);
        Assert.False(StatusComposer.IsNews(before, counted));
        Assert.Equal(new RequestShareStatus { Step = 2, Percent = 5.3m, Verdict = ShareVerdict.AsWanted }, counted.RequestShare);

        // At a step that just began nothing is counted yet.
        Assert.Equal(counted.RequestShare, StatusComposer.Compose(counted, new(_resource, state, Counted(0, 0), [], null), _now).RequestShare);
        var mirrored = Counted(53_000, 1_000_000) with { Route = new(new("h1", "h2", CanaryWeight.Zero, []) { IsMirrored = true }, true, null) };
        Assert.Equal(new RequestShareStatus { Step = 2, Percent = 5.3m }, StatusComposer.Compose(counted, new(_resource, state, mirrored, [], null), _now).RequestShare);
        Assert.Null(StatusComposer.Compose(counted, new(_resource, state with { Attempt = 2 }, Counted(53_000, 1_000_000), [], null), _now).RequestShare);
    }

    [Fact]
    public void A_text_that_never_was_valid_says_so_and_keeps_no_state()
    {
        var wrong = new RolloutResource { Key = _resource.Key, Generation = 3, Problems = [new("spec.strategy.steps", null, "at least one step is needed", null)] };
        var status = Compose(null, wrong, new(), null);
        Assert.Equal(RolloutPhase.Invalid, status.Phase);
        Assert.Null(status.State);
        Assert.Contains("at least one step is needed", status.Message, StringComparison.Ordinal);
        Assert.Equal("Invalid", Of(status, "Stalled").Reason);
    }

    private static RolloutObservation Counted(long canary, long all) => new()
    {
        Now = _now,
        Route = new(new("h1", "h2", CanaryWeight.FromBasisPoints(500), []), true, null),
        Workload = new(2, 2, 1, 1, false),
        Analysis = new("h2", 1, 1, canary, []) { AllRequestsInStep = all },
    };

    private static RolloutState Adopted() => _new with { StableRevision = "h1", TargetRevision = "h1", Message = "h1 is stable.", Sequence = 1 };

    private static RolloutStatus Compose(RolloutStatus? before, RolloutResource resource, RolloutState state, string? failure) =>
        StatusComposer.Compose(before, new(resource, state, null, [], failure), _now);

    private static (ConditionStatus Status, string Reason, string Message) Of(RolloutStatus status, string type) =>
        status.Conditions.Single(each => each.Type == type) is var found ? (found.Status, found.Reason, found.Message) : default;
}

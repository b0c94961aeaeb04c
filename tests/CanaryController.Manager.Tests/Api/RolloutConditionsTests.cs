using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Tests.Api;

/// <summary>Tools that wait read Ready, Reconciling and Stalled by the rules of kstatus.</summary>
public sealed class RolloutConditionsTests
{
    private const string Failure = "The Deployment shop cannot be patched: forbidden.";

    private static readonly RolloutResource _resource = new()
    {
        Key = new("prod", "shop"),
        Spec = new() { Workload = WorkloadKind.Managed, Steps = [] },
    };

    private static readonly Dictionary<string, (RolloutResource Resource, RolloutState State, string? Failure, bool Lasts, string Kstatus, string Reason)> _cases = new()
    {
        ["one that is not adopted yet is on its way"] = (_resource, new RolloutState(), null, false, "InProgress", "Adopting"),
        ["one that cannot be adopted yet is on its way"] = (_resource, new RolloutState(), Failure, false, "InProgress", "Adopting"),
        ["one that cannot be adopted for a minute calls a person"] = (_resource, new RolloutState(), Failure, true, "Failed", "Failing"),
        ["at rest all is as wanted"] = (_resource, At(RolloutPhase.Idle, "v1"), null, false, "Current", "Idle"),
        ["a failure that passes is no news at rest"] = (_resource, At(RolloutPhase.Idle, "v1"), Failure, false, "Current", "Idle"),
        ["a failure that stays is"] = (_resource, At(RolloutPhase.Idle, "v1"), Failure, true, "Failed", "Failing"),
        ["a canary is on its way"] = (_resource, At(RolloutPhase.Progressing, "v2"), null, false, "InProgress", "Progressing"),
        ["also while the router is slow"] = (_resource, At(RolloutPhase.Progressing, "v2"), Failure, false, "InProgress", "Progressing"),
        ["a paused one is on its way"] = (_resource, At(RolloutPhase.Paused, "v2"), null, false, "InProgress", "Paused"),
        ["one that waits for an approval is on its way"] = (_resource, At(RolloutPhase.WaitingApproval, "v2"), null, false, "InProgress", "WaitingApproval"),
        ["a rollback is on its way"] = (_resource, At(RolloutPhase.Aborting, "v2"), null, false, "InProgress", "Aborting"),
        ["what was rolled back did not come"] = (_resource, At(RolloutPhase.Aborted, "v2"), null, false, "Failed", "RolledBack"),
        ["until stable is asked for again"] = (_resource, At(RolloutPhase.Aborted, "v1"), null, false, "Current", "Aborted"),
        ["what was promoted is there"] = (_resource, At(RolloutPhase.Promoted, "v2") with { StableRevision = "v2" }, null, false, "Current", "Promoted"),
        ["a text that is not in force did not come"] = (_resource with { Problems = [new("spec", null, "wrong", null)] }, At(RolloutPhase.Progressing, "v2"), null, false, "Failed", "LastGoodInForce"),
        ["a text that never was valid did not come"] = (_resource with { Spec = null, Problems = [new("spec", null, "wrong", null)] }, new RolloutState(), null, false, "Failed", "Invalid"),
        ["leaving is on its way"] = (_resource with { Released = true }, At(RolloutPhase.Aborted, "v2"), "Leaving waits for clients.", false, "InProgress", "Leaving"),
        ["what was released waits for a person"] = (_resource with { Released = true, IsLeft = true }, RolloutRelease.Of(At(RolloutPhase.Idle, "v1"), default).Next, null, false, "Failed", "Released"),
    };

    public static TheoryData<string> Cases => [.. _cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tools_that_wait_see(string what)
    {
        var (resource, state, failure, lasts, kstatus, reason) = _cases[what];
        var conditions = RolloutConditions.From(resource, state, null, failure, lasts);
        Assert.Equal((kstatus, reason), (Kstatus(conditions), conditions.Single(each => each.Type == "Ready").Reason));
        Assert.True(conditions.Count(each => each is { Type: "Ready" or "Reconciling" or "Stalled", Status: "True" }) == 1, "one of the three holds");
    }

    [Fact]
    public void What_was_released_says_how_to_come_back()
    {
        var ready = RolloutConditions.From(_resource with { IsLeft = true, Released = true }, new RolloutState(), null, null, false)[0];
        Assert.Contains("canaryctl adopt shop -n prod", ready.Message, StringComparison.Ordinal);
        Assert.Contains("canarycontroller.io/release", ready.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_lasts_from_a_minute_on_and_until_a_try_goes_well()
    {
        var now = DateTimeOffset.UnixEpoch;
        var live = LiveRollout.None.With(Failure, now).With("another one", now + TimeSpan.FromSeconds(59));
        Assert.False(live.IsLasting(now + TimeSpan.FromSeconds(59)));
        Assert.Equal(now + TimeSpan.FromMinutes(1), live.CalledAt(now + TimeSpan.FromSeconds(59)));
        Assert.True(live.IsLasting(now + TimeSpan.FromMinutes(1)));
        Assert.Null(live.CalledAt(now + TimeSpan.FromMinutes(1)));
        Assert.False(live.With(null, now).IsLasting(DateTimeOffset.MaxValue));
    }

    private static RolloutState At(RolloutPhase phase, string target) => new() { Phase = phase, StableRevision = "v1", CanaryRevision = "v2", TargetRevision = target, Message = "So it is." };

    // github.com/kubernetes-sigs/cli-utils, pkg/kstatus: the first of Reconciling and Stalled that holds, then Ready.
    private static string Kstatus(IReadOnlyList<ConditionView> conditions) => conditions.FirstOrDefault(each => each is { Type: "Reconciling" or "Stalled", Status: "True" }) switch
    {
        { Type: "Reconciling" } => "InProgress",
        { Type: "Stalled" } => "Failed",
        _ => conditions.Single(each => each.Type == "Ready").Status == "True" ? "Current" : "InProgress",
    };
}

using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts;

/// <summary>What is said must be true, and readable in the middle of the night.</summary>
public sealed class SentenceTests
{
    [Fact]
    public void A_weight_that_falls_because_the_rejected_canary_died_does_not_praise_stable()
    {
        var run = RolloutRun.Managed(Specs.Step(75)).Start();
        (run.StableReady, run.Verdict) = (2, Verdict.Failed);
        run.Decide();
        Assert.Equal(50m, run.Present.Weight.Percent);
        run.CanaryReady = 1;
        Assert.Equal(
            "success-rate 96.2 % is below min 99 %. v2 carries less now: the weight falls to 25 %.", run.Decide().Transitions.Single().Message);
        run.CanaryReady = 0;
        Assert.Equal(
            "success-rate 96.2 % is below min 99 %. v2 has no instance left: the weight falls to 0 %.", run.Decide().Transitions.Single().Message);
    }

    [Fact]
    public void A_weight_that_falls_because_stable_recovers_says_so()
    {
        var run = RolloutRun.Managed(Specs.Step(75)).Start();
        (run.StableReady, run.Verdict) = (2, Verdict.Failed);
        run.Decide();
        run.StableReady = 4;
        Assert.Equal(
            "success-rate 96.2 % is below min 99 %. v1 carries more now: the weight falls to 0 %.", run.Decide().Transitions.Single().Message);
    }

    [Fact]
    public void What_stable_can_carry_is_not_known_of_a_router_that_fell_silent()
    {
        var run = RolloutRun.External(Specs.Step(75)).Start();
        (run.StableReady, run.Verdict) = (2, Verdict.Failed);
        run.Decide();
        Assert.Equal(50m, run.Present.Weight.Percent);
        run.RouterAnswers = false;
        Assert.Equal(
            "success-rate 96.2 % is below min 99 %. What v1 carries is not known: the weight falls to 0 %.", run.Decide().Transitions.Single().Message);
    }

    [Theory]
    [InlineData(null, "ann skipped v2's step 1 of 2 (5 %). Going to 50 %.")]
    [InlineData("looks good", "ann skipped v2's step 1 of 2 (5 %): looks good. Going to 50 %.")]
    [InlineData("Looks good!", "ann skipped v2's step 1 of 2 (5 %): Looks good! Going to 50 %.")]
    public void The_reason_that_a_person_gave_is_a_sentence_of_its_own(string? comment, string expected)
    {
        var run = RolloutRun.External(Specs.Step(5) with { Hold = Specs.Minute }, Specs.Step(50)).Start();
        run.Command(RolloutAction.Skip, comment: comment);
        Assert.Equal(expected, run.Present.Message);
    }

    [Fact]
    public void One_instance_is_one()
    {
        var run = RolloutRun.Managed(Specs.Step(50), Specs.Step(100)).Start();
        run.CanaryReady = 1;
        Assert.Equal("1 ready instance of v2 carries only 25 %: the weight falls from 50 %.", run.Decide().Transitions.Single().Message);
        run.CanaryReady = 2;
        Assert.Equal("2 instances of v2 are ready: the weight rises from 25 % to 50 %.", run.Decide().Transitions.Single().Message);
    }

    [Fact]
    public void A_canary_that_gets_only_the_requests_that_match_is_said_to()
    {
        var match = new RequestMatch(RequestMatchKind.Header, "x-canary", "always");
        var run = RolloutRun.External(Specs.Step(0) with { Matches = [match] }, Specs.Step(50)).Start();
        Assert.Equal([match], run.Applied!.Matches);
        run.CanaryReady = 0;
        Assert.Equal("No instance of v2 is available, and it has the requests that match.", run.Decide().Transitions[0].Message);
        Assert.Equal("v1", run.Applied!.SoleVersion);
    }
}

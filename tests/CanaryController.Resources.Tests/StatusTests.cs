using System.Text.Json;
using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Persistence;
using CanaryController.Resources.Rollouts;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>What the controller writes into the API server comes back as it was.</summary>
public sealed class StatusTests
{
    [Fact]
    public void A_status_is_written_and_read_back_equal() => GeneratedStatus.Statuses.Sample(
        status => Assert.Equal(status, RolloutStatusJson.Read(RolloutStatusJson.Write(status))),
        iter: 200);

    [Fact]
    public void The_engines_whole_memory_comes_back_from_a_status() => GeneratedStates.States.Sample(
        state => Assert.Equal(state, RolloutStatusJson.Read(RolloutStatusJson.Write(new RolloutStatus().With(state, 3))).Memory),
        iter: 200);

    [Fact]
    public void A_status_holds_Cores_records_as_they_are_stored_elsewhere() => GeneratedStates.States.Sample(
        state =>
        {
            using var status = JsonDocument.Parse(RolloutStatusJson.Write(new RolloutStatus().With(state, 3)));
            Assert.Equal(JsonSerializer.Serialize(state with { History = [] }, CoreJson.Default.RolloutState), status.RootElement.GetProperty("state").GetRawText());
        },
        iter: 50);

    [Fact]
    public void A_status_shows_a_step_only_while_one_is_under_way()
    {
        var plan = EquatableArray.Create([new RolloutStep { Weight = default }, new RolloutStep { Weight = default }]);
        var under = new RolloutStatus().With(new RolloutState { Phase = RolloutPhase.Progressing, Plan = plan, StepIndex = 1 }, 5);
        Assert.Equal((2, 2, "2/2"), (under.Step, under.Steps, under.Progress));
        var rest = under.With(new RolloutState { Phase = RolloutPhase.Promoted, Plan = plan, StepIndex = 1 }, 5);
        Assert.Equal((null, 5, null), (rest.Step, rest.Steps, rest.Progress));
        Assert.DoesNotContain("\"step\"", RolloutStatusJson.Write(rest), StringComparison.Ordinal);
    }

    [Fact]
    public void A_status_of_a_newer_version_is_still_read() =>
        Assert.Equal(RolloutPhase.Paused, RolloutStatusJson.Read("""{"phase": "Paused", "somethingNew": {"x": 1}, "state": {"phase": "Paused", "other": []}}""").Phase);
}

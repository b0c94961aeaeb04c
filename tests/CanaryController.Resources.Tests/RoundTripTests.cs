using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Persistence;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;
using CsCheck;

namespace CanaryController.Resources.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public void A_valid_rollout_is_written_and_read_back_equal() => Generated.Rollouts.Sample(
        rollout =>
        {
            var read = RolloutReader.Read(RolloutJson.Write(rollout), null);
            Assert.Empty(read.Problems.Where(problem => problem.Severity is Api.ProblemSeverity.Error).Select(ProblemText.Format));
            Assert.Equal(rollout, Assert.Single(read.Documents).Resource);
        },
        iter: 200);

    [Fact]
    public void Json_read_as_yaml_gives_the_same_rollout() => Generated.Rollouts.Sample(
        rollout => Assert.Equal(rollout, Assert.Single(RolloutReader.Read("---\n" + RolloutJson.Write(rollout), null).Documents).Resource),
        iter: 200);

    [Fact]
    public void A_spec_is_stored_and_read_back_equal() => Generated.Rollouts.Sample(
        rollout =>
        {
            var spec = RolloutSpecMapper.ToSpec(rollout);
            Assert.Equal(spec, JsonSerializer.Deserialize(JsonSerializer.Serialize(spec, CoreJson.Default.RolloutSpec), CoreJson.Default.RolloutSpec));
        },
        iter: 200);

    [Fact]
    public void A_state_is_stored_and_read_back_equal() => GeneratedStates.States.Sample(
        state => Assert.Equal(state, JsonSerializer.Deserialize(JsonSerializer.Serialize(state, CoreJson.Default.RolloutState), CoreJson.Default.RolloutState)),
        iter: 200);

    [Fact]
    public void A_state_from_a_newer_version_is_still_read()
    {
        var state = JsonSerializer.Deserialize("""{"phase": "Progressing", "weight": 2500, "somethingNew": {"x": 1}}""", CoreJson.Default.RolloutState);
        Assert.Equal((RolloutPhase.Progressing, 25m), (state!.Phase, state.Weight.Percent));
    }

    [Theory]
    [InlineData("""{"weight": 10001}""")]
    [InlineData("""{"weight": -1}""")]
    [InlineData("""{"weight": 0.5}""")]
    [InlineData("""{"weight": "5"}""")]
    [InlineData("""{"plan": null}""")]
    [InlineData("""{"phase": "Sleeping"}""")]
    public void A_damaged_state_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, CoreJson.Default.RolloutState));
}

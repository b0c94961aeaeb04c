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
    public void A_valid_rollout_of_Kubernetes_is_written_and_read_back_equal() => Generated.OnKubernetes.Sample(
        rollout =>
        {
            var read = RolloutReader.Read(RolloutJson.Write(rollout), null, RolloutRules.Kubernetes);
            Assert.Empty(read.Problems.Where(problem => problem.Severity is Api.ProblemSeverity.Error).Select(ProblemText.Format));
            Assert.Equal(rollout, Assert.Single(read.Documents).Resource);
        },
        iter: 200);

    [Fact]
    public void A_valid_command_is_written_and_read_back_equal() => Generated.Commands.Sample(
        command =>
        {
            var read = RolloutCommandReader.Read(RolloutStatusJson.Write(command), null);
            Assert.Empty(read.Problems.Select(ProblemText.Format));
            Assert.Equal(command, Assert.Single(read.Commands));
        },
        iter: 200);

    [Fact]
    public void An_object_of_the_API_server_is_read_without_what_the_server_added() => Generated.OnKubernetes.Sample(
        rollout =>
        {
            var json = RolloutJson.Write(rollout).Replace(
                "\"metadata\": {",
                "\"status\": {\"phase\": \"Idle\", \"x\": [1]}, \"metadata\": {\"uid\": \"1\", \"generation\": 3, \"finalizers\": [\"a\"], \"managedFields\": [{\"f:spec\": {\".\": {}}}],",
                StringComparison.Ordinal);
            var read = RolloutReader.ReadServerObject(json);
            Assert.Empty(read.Problems.Where(problem => problem.Severity is Api.ProblemSeverity.Error).Select(ProblemText.Format));
            Assert.Equal(rollout with { Metadata = rollout.Metadata with { Labels = [], Annotations = [] } }, Assert.Single(read.Documents).Resource);
        },
        iter: 50);

    [Fact]
    public void A_command_of_the_API_server_says_who_asked()
    {
        var read = RolloutCommandReader.ReadServerObject("""
            {"apiVersion": "canarycontroller.io/v1alpha1", "kind": "RolloutCommand", "status": {"phase": "Pending"},
             "metadata": {"name": "abort-x7", "namespace": "web", "uid": "u1", "resourceVersion": "12", "generation": 1, "creationTimestamp": "2026-03-01T10:00:00Z", "generateName": "abort-",
               "annotations": {"other": "\u0007", "canarycontroller.io/requested-by": "alice@example.org"}},
             "spec": {"rollout": "shop", "action": "Abort", "step": 2, "reason": "errors"}}
            """);
        Assert.Empty(read.Problems.Select(ProblemText.Format));
        var command = Assert.Single(read.Commands);
        Assert.Equal((new RolloutKey("web", "shop"), "alice@example.org", "12"), (command.Target, command.Actor, command.Metadata.ResourceVersion));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero), command.Metadata.CreationTimestamp);
        Assert.Equal(new RolloutCommand { Id = "u1", Action = RolloutAction.Abort, StepIndex = 1, Actor = "alice@example.org", Comment = "errors" }, command.ToCommand());
        Assert.Equal("unknown", (command with { Metadata = command.Metadata with { Annotations = [] } }).Actor);
    }

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

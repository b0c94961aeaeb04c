using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Tests.Kubernetes.Objects;

public sealed class RolloutCommandObjectTests
{
    [Fact]
    public void Who_says_to_have_asked_is_told_as_a_claim_and_bounded()
    {
        Assert.Equal("unknown", ActorOf(null));
        Assert.Equal("unknown (says ann)", ActorOf("ann"));
        Assert.InRange(ActorOf(new string('x', 200_000) + "\n").Length, 200, 230);

        static string ActorOf(string? says) => Assert.IsType<CommandStanding.Counts>(Unvouched(Read("Abort", says))).Command.Actor;
    }

    [Fact]
    public void An_approval_that_nobody_vouches_for_is_refused()
    {
        var command = Read("Approve", "ann");
        Assert.Contains("HTTP API", Assert.IsType<CommandStanding.Refused>(Unvouched(command)).Why, StringComparison.Ordinal);
        Assert.Equal(new("shop", "web"), command.Target);
    }

    [Fact]
    public void What_is_no_command_says_all_that_is_wrong()
    {
        var command = Read("Dance", null);
        Assert.Null(command.Command);
        Assert.Contains("action", command.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Pending", false)]
    [InlineData("Accepted", true)]
    [InlineData("Refused", true)]
    public void It_is_done_once_its_status_says_what_became_of_it(string? phase, bool isDone) => Assert.Equal(isDone, Read(nameof(RolloutAction.Abort), null, phase).IsDone);

    private static CommandStanding Unvouched(RolloutCommandObject command) => new CommandTrust(default(Func<byte[]?>)).Judge(command, []);

    private static RolloutCommandObject Read(string action, string? says, string? phase = null)
    {
        var annotations = says is null ? new JsonObject() : new JsonObject { ["canarycontroller.io/requested-by"] = says };
        return new JsonObject
        {
            ["apiVersion"] = "canarycontroller.io/v1alpha1",
            ["kind"] = "RolloutCommand",
            ["metadata"] = new JsonObject { ["namespace"] = "shop", ["name"] = "c1", ["uid"] = "u1", ["resourceVersion"] = "7", ["annotations"] = annotations },
            ["spec"] = new JsonObject { ["rollout"] = "web", ["action"] = action },
            ["status"] = phase is null ? null : new JsonObject { ["phase"] = phase },
        }.Project(RolloutCommandObject.Project);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Resources;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>RolloutCommands of a rollout that does not exist.</summary>
public sealed class ClusterCommandsTests
{
    private static readonly RolloutKey _gone = new("shop", "gone");
    private static readonly DateTimeOffset _now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly KubeMemory _kube = new();
    private readonly CacheMemory<RolloutCommandObject> _objects;
    private readonly CacheMemory<ApprovalObject> _approvals;
    private readonly ClusterCommands _commands;

    public ClusterCommandsTests()
    {
        _objects = _kube.Cache<RolloutCommandObject>(ObjectKind.RolloutCommand, RolloutCommandObject.Project);
        _approvals = _kube.Cache<ApprovalObject>(ObjectKind.Approval, ApprovalObject.Project);
        _commands = new(_kube, _objects, _approvals, new CacheMemory<RolloutObject>(), new CommandTrust(default(Func<byte[]?>)));
    }

    [Fact]
    public async Task What_is_no_command_is_refused_with_the_reason()
    {
        Put("dance", "Dance");
        Put("approve", "Approve");
        Assert.Null(_commands.Next(_gone));
        Assert.True(await _commands.SettleAsync(_gone, CancellationToken.None));
        Assert.Equal(("Refused", true), (Status("dance")["phase"]?.ToString(), Status("dance")["message"]!.ToString().Contains("action", StringComparison.Ordinal)));
        Assert.Equal("Refused", Status("approve")["phase"]?.ToString());
        Assert.All(_objects.All, each => Assert.True(each.IsDone));
    }

    [Fact]
    public async Task A_command_is_refused_with_the_reason()
    {
        Put("abort", "Abort");
        var next = _commands.Next(_gone)!;
        await _commands.RefuseAsync(_gone, new(next.Id, new(CommandStatus.Refused, "The rollout is gone.")), _now, CancellationToken.None);
        Assert.Null(_commands.Next(_gone));
        Assert.Equal(("Refused", "The rollout is gone."), (Status("abort")["phase"]?.ToString(), Status("abort")["message"]?.ToString()));
    }

    [Fact]
    public async Task What_could_not_be_answered_is_left_for_the_next_call()
    {
        Put("dance", "Dance");
        _kube.Refuse = _ => new(KubeOutcome.Unavailable, null, "No route to host.");
        Assert.False(await _commands.SettleAsync(_gone, CancellationToken.None));
        _kube.Refuse = _ => null;
        Assert.True(await _commands.SettleAsync(_gone, CancellationToken.None));
        Assert.Equal("Refused", Status("dance")["phase"]?.ToString());
    }

    [Fact]
    public async Task Housekeeping_deletes_what_was_answered_a_day_ago()
    {
        Put("old", "Dance", _now.AddDays(-2));
        Put("new", "Dance", _now.AddHours(-2));
        await _commands.SettleAsync(_gone, CancellationToken.None);
        await new HousekeepingOfCommandsJob(_kube, _objects, _approvals, new SoleLeadership(), new FakeTimeProvider(_now)).Execute(null!);
        Assert.Equal("new", Assert.Single(_objects.All).Meta.Name.Name);
    }

    [Theory]
    [InlineData("Approve")]
    [InlineData("Reject")]
    public async Task An_approval_that_nobody_stamped_does_not_count_and_its_status_says_so(string decision)
    {
        _kube.Put(ObjectKind.Approval, new()
        {
            ["apiVersion"] = "canarycontroller.io/v1alpha1",
            ["kind"] = "Approval",
            ["metadata"] = new JsonObject { ["namespace"] = "shop", ["name"] = "a1", ["creationTimestamp"] = "2026-01-01T12:00:00Z" },
            ["spec"] = new JsonObject { ["rollout"] = "gone", ["revision"] = "v2", ["step"] = 1, ["decision"] = decision },
        });
        Assert.Null(_commands.Next(_gone));
        Assert.True(await _commands.SettleAsync(_gone, CancellationToken.None));
        var status = _kube.Find(ObjectKind.Approval, "a1")["status"]!;
        Assert.Equal("Refused", status["phase"]?.ToString());
        Assert.Contains("nobody vouches for who created it", status["message"]!.ToString(), StringComparison.Ordinal);
        await new HousekeepingOfCommandsJob(_kube, _objects, _approvals, new SoleLeadership(), new FakeTimeProvider(_now.AddDays(1))).Execute(null!);
        Assert.Empty(_approvals.All);
    }

    private JsonNode Status(string name) => _kube.Find(ObjectKind.RolloutCommand, name)["status"]!;

    private void Put(string name, string action, DateTimeOffset? created = null) => _kube.Put(ObjectKind.RolloutCommand, new()
    {
        ["apiVersion"] = "canarycontroller.io/v1alpha1",
        ["kind"] = "RolloutCommand",
        ["metadata"] = new JsonObject { ["namespace"] = "shop", ["name"] = name, ["creationTimestamp"] = (created ?? _now).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) },
        ["spec"] = new JsonObject { ["rollout"] = "gone", ["action"] = action },
    });
}

using CanaryController.ApiServerStub.Faults;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Cli.Tests;

/// <summary>Commands by kubeconfig are objects, answered by the controller in their status.</summary>
public sealed class ClusterCommandTests
{
    [Theory]
    [InlineData("promote", RolloutAction.Promote)]
    [InlineData("abort", RolloutAction.Abort)]
    [InlineData("pause", RolloutAction.Pause)]
    [InlineData("resume", RolloutAction.Resume)]
    [InlineData("retry", RolloutAction.Retry)]
    [InlineData("skip", RolloutAction.Skip)]
    public async Task Each_command_carries_the_revision_and_the_step_that_its_sender_saw(string name, RolloutAction action)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(2, 50)).Answer(CommandPhase.Accepted, "It is done.");
        var run = await cluster.RunAsync($"{name} shop --revision v2 --step 2 --reason because");
        Assert.Equal((0, ""), (run.Exit, run.Error));
        Assert.Equal("It is done.\nshop  Progressing  step 2/3  weight 50 %\n", run.Output);
        var sent = Assert.Single(cluster.Commands);
        Assert.StartsWith($"shop-{name}-", sent.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal(("shop", action, "v2", 2, "because"), (sent.Spec.Rollout, sent.Spec.Action, sent.Spec.Revision, sent.Spec.Step, sent.Spec.Reason));
    }

    [Fact]
    public async Task Start_sends_the_revision_and_what_it_expects_and_undo_where_to_go_back_to()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Answer(CommandPhase.Unchanged, "It is so already.");
        Assert.Equal(0, (await cluster.RunAsync("start shop --revision v2 --expect v1")).Exit);
        Assert.Equal(0, (await cluster.RunAsync("undo shop --to v0")).Exit);
        Assert.Contains(cluster.Commands, sent => sent.Spec is { Action: RolloutAction.Start, Revision: "v2", ExpectedTarget: "v1", Step: null });
        Assert.Contains(cluster.Commands, sent => sent.Spec is { Action: RolloutAction.Undo, Revision: "v0" });
    }

    [Theory]
    [InlineData(CommandPhase.Conflict)]
    [InlineData(CommandPhase.Refused)]
    public async Task A_rejected_command_exits_with_1_and_says_why(CommandPhase phase)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Answer(phase, "v3 is under way, not v2: look again.");
        var run = await cluster.RunAsync("promote shop --revision v2");
        Assert.Equal((1, "v3 is under way, not v2: look again.\n"), (run.Exit, run.Error));
    }

    [Theory]
    [InlineData("approve", ApprovalDecision.Approve, "--revision v2 --step 2")]
    [InlineData("approve", ApprovalDecision.Approve, "")]
    [InlineData("reject", ApprovalDecision.Reject, "--step 2")]
    public async Task An_answer_to_a_step_is_an_Approval_of_the_revision_and_the_step_that_are_named_or_there(string name, ApprovalDecision decision, string named)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(2, 50)).Answer(CommandPhase.Accepted, "It is done.");
        var run = await cluster.RunAsync($"{name} shop {named} --reason because");
        Assert.Equal((0, ""), (run.Exit, run.Error));
        var sent = Assert.Single(cluster.Approvals);
        Assert.StartsWith($"shop-{name}-", sent.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal(("shop", decision, "v2", 2, "because"), (sent.Spec.Rollout, sent.Spec.Decision, sent.Spec.Revision, sent.Spec.Step, sent.Spec.Comment));
        Assert.Empty(cluster.Commands);
    }

    [Fact]
    public async Task The_controller_says_when_an_approval_does_not_count()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Answer(CommandPhase.Refused, "This is not carried out: nobody vouches for who created it.");
        var run = await cluster.RunAsync("approve shop --revision v2 --step 2");
        Assert.Equal((1, "This is not carried out: nobody vouches for who created it.\n"), (run.Exit, run.Error));
        Assert.Single(cluster.Approvals);
    }

    [Fact]
    public async Task A_controller_that_does_not_answer_exits_with_2_and_how_to_take_the_command_back()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var run = await cluster.RunAsync("abort shop", environment => environment with { AnswerPatience = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(2, run.Exit);
        Assert.Contains("No controller answered within 50ms: does one run", run.Error, StringComparison.Ordinal);
        Assert.Contains($"kubectl delete rolloutcommand {cluster.Commands[0].Metadata.Name} -n default", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_the_rules_is_refused_before_anything_is_created()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        var run = await cluster.RunAsync("start shop --revision '-x-'");
        Assert.Equal(3, run.Exit);
        Assert.Contains("spec.revision", run.Error, StringComparison.Ordinal);
        Assert.Empty(cluster.Commands);
    }

    [Fact]
    public async Task An_answer_is_found_though_the_watch_breaks()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Answer(CommandPhase.Accepted, "It is done.");
        cluster.Server.Faults.Add(new Fault { Matches = request => request is { Verb: "watch" }, Times = 2 });
        Assert.Equal(0, (await cluster.RunAsync("abort shop")).Exit);
    }

    [Fact]
    public async Task A_command_is_created_once_though_its_answer_is_lost()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        cluster.Server.Faults.Add(Fault.AtWrite(1, FaultMoment.After, request => request.Resource == "canarycontroller.io/rolloutcommands"));
        var run = await cluster.RunAsync("abort shop");
        Assert.Equal(5, run.Exit);
        Assert.Contains("may have been created all the same", run.Error, StringComparison.Ordinal);
        Assert.Single(cluster.Commands);
    }

    [Fact]
    public async Task Who_may_create_but_not_watch_is_told_that_the_command_is_there()
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add();
        using var forbidden = cluster.Server.Faults.Add(Fault.Forbid("watch", "canarycontroller.io/rolloutcommands"));
        var run = await cluster.RunAsync("abort shop");
        Assert.Equal(7, run.Exit);
        Assert.Contains($"The command {cluster.Commands[0].Metadata.Name} was created", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_says_who_asks_as_the_server_knows_them()
    {
        var created = "";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = builder.Build();
        const string Group = "/apis/canarycontroller.io/v1alpha1/namespaces/default";
        server.MapPost("/apis/authentication.k8s.io/v1beta1/selfsubjectreviews", () => Results.Text("""{"status": {"userInfo": {"username": "ada@example.org"}}}""", "application/json", statusCode: 201));
        server.MapGet($"{Group}/rollouts/shop", () => Results.Text("""{"metadata": {"name": "shop", "namespace": "default"}}""", "application/json"));
        server.MapPost($"{Group}/rolloutcommands", async (HttpRequest request) =>
        {
            created = await new StreamReader(request.Body).ReadToEndAsync();
            return Results.Text("""{"metadata": {"name": "shop-abort-x", "uid": "u1", "resourceVersion": "7"}}""", "application/json", statusCode: 201);
        });
        server.MapGet($"{Group}/rolloutcommands", () => Results.Text("""{"type": "MODIFIED", "object": {"metadata": {"resourceVersion": "8"}, "status": {"phase": "Accepted", "message": "Done."}}}""" + "\n", "application/json"));
        await server.StartAsync(TestContext.Current.CancellationToken);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$$"""
            {current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}], clusters: [{name: a, cluster: {server: '{{{server.Urls.Single()}}}'}}], users: [{name: a, user: {token: t}}]}
            """, TestContext.Current.CancellationToken);
        var run = await CommandRun.OfAsync($"abort shop --kubeconfig {file}");
        File.Delete(file);
        Assert.Equal((0, ""), (run.Exit, run.Error));
        Assert.Contains("\"labels\":{\"canarycontroller.io/action\":\"abort\"}", created, StringComparison.Ordinal);
        Assert.Contains("\"annotations\":{\"canarycontroller.io/requested-by\":\"ada@example.org\"}", created, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>People answer by Approval objects, a pipeline by a signed request. Who an object is from is what admission saw, and nothing else.</summary>
public sealed class ApprovalTests(Cluster cluster)
{
    private const string Stamp = "canarycontroller.io/stamp";

    [Fact]
    public async Task Approvals_of_those_who_may_let_a_revision_go_on_and_one_rejection_ends_it()
    {
        using var pipeline = new SigningPipeline("smoke-tests");
        await cluster.RunAsync(
            new ShopOptions
            {
                IsGuarded = true,
                Settings = pipeline.Settings,
                Steps = """
                    [
                      {
                        "weight": 25,
                        "approval": {"name": "sre", "required": 3, "approvers": {"users": ["ann", "ben"], "groups": ["sre"], "webhookKeys": ["smoke-tests"]}, "allowAuthor": false}
                      },
                      {"weight": 50, "hold": "1s"}
                    ]
                    """,
            },
            shop => AnswerAsync(shop, pipeline));
    }

    private static async Task AnswerAsync(Shop shop, SigningPipeline pipeline)
    {
        using Person ann = new(shop, "ann"), ben = new(shop, "ben"), dave = new(shop, "dave"), carol = new(shop, "carol", "sre");
        await GrantAsync(shop, "sre");
        await shop.ReleaseAsync("v2", by: ann.Client);
        await UntilWaitingAsync(shop, "v2");

        await AssertNoneOfTheseCountsAsync(shop, ann, ben, dave);
        var first = await ben.ApproveAsync("Approve", step: 1, comment: "latency as before");
        Assert.Equal(("Accepted", "ben"), (first.Phase, first.Actor));
        await AssertCopyIsRefusedAsync(shop, ben, first);

        // What nobody can stamp is not taken; what was counted is known to the next process.
        await shop.Controller.KillAsync();
        Assert.False((await carol.Client.CreateAsync(KubeKind.Approval, shop.Namespace, carol.Approval("Approve", step: 1), shop.Cancellation)).IsDone, "an approval was taken while nobody could stamp it");
        await shop.Controller.StartAsync(shop.Cancellation);
        Assert.Equal("Unchanged", (await ben.ApproveAsync("Approve", step: 1)).Phase);

        // Carol is nobody's user: the group that she is in may approve.
        Assert.Equal("carol", (await carol.ApproveAsync("Approve", step: 1)).Accepted().Actor);
        Assert.Equal("WaitingApproval", shop.Phase);
        await AssertPipelineCountsOnceAsync(shop, pipeline);
        await shop.PromotedAsync("v2");
        Assert.Equal(["ben", "carol", "webhook key smoke-tests"], shop.Rollout.Items("status", "commands").Where(each => each.Text("status") == "Accepted").Select(each => each.Text("actor")));
        Assert.Equal("latency as before", shop.Rollout.Items("status", "commands").Single(each => each.Text("id") == first.Id).Text("reason"));

        // Its author may not approve, but reject.
        await shop.ReleaseAsync("v3", by: ann.Client);
        await UntilWaitingAsync(shop, "v3");
        (await ann.ApproveAsync("Reject", step: 1, comment: "wrong branch")).Accepted();
        await shop.AbortedAsync("v2", "v3");
        Assert.Equal("ApprovalRejected", shop.Rollout.Items("status", "history").Last().Text("reason"));
    }

    private static async Task AssertPipelineCountsOnceAsync(Shop shop, SigningPipeline pipeline)
    {
        var revision = shop.Rollout.Text("status", "canaryRevision")!;
        Assert.Equal(HttpStatusCode.Unauthorized, await pipeline.SendAsync(shop, revision, "msg_1", key: "a-key-that-is-not-the-pipelines"));
        Assert.Equal(HttpStatusCode.Conflict, await pipeline.SendAsync(shop, "another", "msg_2"));
        Assert.Equal(HttpStatusCode.OK, await pipeline.SendAsync(shop, revision, "msg_3"));
        Assert.Equal(HttpStatusCode.Conflict, await pipeline.SendAsync(shop, revision, "msg_3"));
    }

    private static async Task AssertNoneOfTheseCountsAsync(Shop shop, Person author, Person ben, Person dave)
    {
        var mine = await author.ApproveAsync("Approve", step: 1);
        Assert.Equal("Refused", mine.Phase);
        Assert.Contains("author", mine.Message, StringComparison.Ordinal);
        Assert.Equal("Refused", (await dave.ApproveAsync("Approve", step: 1)).Phase);
        Assert.Equal("Conflict", (await ben.ApproveAsync("Approve", step: 2)).Phase);
        Assert.Equal("Conflict", (await ben.ApproveAsync("Approve", step: 1, revision: shop.Rollout.Text("status", "stableRevision"))).Phase);

        // Nobody was asked who makes it: there is no stamp.
        var unasked = ben.Approval("Approve", step: 1);
        unasked["metadata"]!["labels"] = new JsonObject { [GuardPost.UnaskedLabel] = "true" };
        var unstamped = await ben.AskAsync(KubeKind.Approval, unasked);
        Assert.Equal("Refused", unstamped.Phase);
        Assert.Contains("stamp", unstamped.Message, StringComparison.Ordinal);

        // In another namespace, and for another rollout, nobody waits for it.
        (await ben.Client.CreateAsync(KubeKind.Approval, shop.Home, ben.Approval("Approve", step: 1), shop.Cancellation)).Done();
        var other = ben.Approval("Approve", step: 1);
        other["spec"]!["rollout"] = $"{shop.Name}-other";
        (await ben.Client.CreateAsync(KubeKind.Approval, shop.Namespace, other, shop.Cancellation)).Done();
        Assert.Equal("WaitingApproval", shop.Phase);
    }

    /// <summary>The stamp of an answer that counts, on an object that admission was not asked about; and what a client writes itself, where it is asked.</summary>
    private static async Task AssertCopyIsRefusedAsync(Shop shop, Person ben, Answer original)
    {
        var all = await ben.Client.ListAsync(KubeKind.Approval, shop.Namespace, shop.Cancellation);
        var stamp = all.Items("items").Single(each => each.Uid() == original.Id).Text("metadata", "annotations", Stamp);
        Assert.NotNull(stamp);
        var copy = ben.Approval("Approve", step: 1);
        copy["metadata"]!["annotations"] = new JsonObject { [Stamp] = stamp };
        copy["metadata"]!["labels"] = new JsonObject { [GuardPost.UnaskedLabel] = "true" };
        Assert.Equal("Refused", (await ben.AskAsync(KubeKind.Approval, copy)).Phase);

        using var eve = new Person(shop, "eve");
        var forged = eve.Approval("Approve", step: 1);
        forged["metadata"]!["annotations"] = new JsonObject { [Stamp] = stamp };
        var answer = await eve.AskAsync(KubeKind.Approval, forged);
        Assert.Equal(("Refused", "eve"), (answer.Phase, answer.Actor));
    }

    private static Task UntilWaitingAsync(Shop shop, string release) =>
        shop.UntilAsync($"{release} waits for approvals", () => shop.Phase is "WaitingApproval" && shop.Step == 1 && Math.Abs(shop.Share(release) - 25) < 0.01);

    /// <summary>On a real cluster the members of the group need a role; the stub lets everybody do everything.</summary>
    private static async Task GrantAsync(Shop shop, string group)
    {
        if (!shop.Stage.IsStub)
        {
            var binding = new JsonObject
            {
                ["apiVersion"] = KubeKind.RoleBinding.ApiVersion,
                ["kind"] = KubeKind.RoleBinding.Kind,
                ["metadata"] = new JsonObject { ["name"] = group },
                ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = "cluster-admin" },
                ["subjects"] = new JsonArray(new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "Group", ["name"] = group }),
            };
            (await shop.Stage.Client.CreateAsync(KubeKind.RoleBinding, shop.Namespace, binding, shop.Cancellation)).Done();
        }
    }
}

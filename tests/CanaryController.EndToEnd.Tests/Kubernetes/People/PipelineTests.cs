using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using CanaryController.Manager.Tests.Approvals.Slack;
using CanaryController.Manager.Tests.Notifications;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>All that people and pipelines have to do with one rollout, by the programs that they run. The clock is the real one, as on any cluster: the window that opens is a freeze whose end is moved.</summary>
public sealed class PipelineTests(Cluster cluster)
{
    private const string SigningSecret = "a-signing-secret-that-nobody-may-see";
    private const string GateKey = "a-key-of-the-gate-that-nobody-may-see";
    private const string Waits = "4m";

    private static readonly TimeSpan _freezeGoesOn = TimeSpan.FromHours(1);
    private static readonly TimeSpan _freezeEndsIn = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_release_waits_for_a_freeze_a_gate_and_a_click_in_Slack_and_the_pipeline_for_the_release()
    {
        await using var slack = await SlackServer.StartAsync();
        await using var gate = await HookReceiver.StartAsync();
        gate.AnswerWith(403);
        await cluster.RunAsync(Options(slack, gate), shop => ReleaseAsync(shop, slack, gate));
    }

    private static ShopOptions Options(SlackServer slack, HookReceiver gate) => new()
    {
        IsGuarded = true,
        Channels = ["deploys"],
        Settings = $$"""
            outbound: {allow: [127.0.0.1]}
            slack: {url: "{{slack.Url}}", operators: {users: [U0OPS]} }
            """,
        Steps = $$"""
            [
              {"weight": 25, "hold": "1s", "gates": [{
                "name": "smoke", "when": "Before", "url": "{{gate.Url}}/smoke", "secret": {"name": "canary-notifications", "key": "gate"}, "onRefusal": "Hold", "interval": "1s"
              }]},
              {"weight": 50, "approval": {"name": "sre", "approvers": {"slackUsers": ["U0ANN"]} } },
              {"weight": 100, "hold": "1s"}
            ]
            """,
    };

    private static async Task ReleaseAsync(Shop shop, SlackServer slack, HookReceiver gate)
    {
        using var admin = new Person(shop, "ops");
        await PrepareAsync(shop, admin);
        await shop.ReleaseAsync("v2");
        await shop.UntilAsync("the freeze keeps v2", () => shop.Rollout.Condition("WindowClosed") == "True");
        var revision = shop.Rollout.Text("status", "targetRevision")!;
        Assert.Equal("FreezeWindow sale", shop.Rollout.Text("status", "window", "closedBy"));
        Assert.DoesNotContain(shop.Pods, pod => pod.Label("release") == "v2");
        var (byHttp, byCluster) = (WaitAsync(shop, revision, "--url", $"{shop.Controller.Api}", "--token-file", shop.Controller.TokenFile), WaitAsync(shop, revision, "--kubeconfig", shop.Stage.Kubeconfig));

        await OpenAsync(shop, admin);
        await GateAsync(shop, gate);
        await ClickAsync(shop, slack);
        await shop.PromotedAsync("v2");

        Assert.Equal(revision, shop.ReplicaSet("v2").Hash());
        foreach (var run in new[] { await byHttp, await byCluster })
        {
            Assert.True(run.ExitCode == 0 && run.Output.Contains("promoted", StringComparison.OrdinalIgnoreCase), $"{run.ExitCode}\n{run.Output}\n{run.Error}");
        }

        await SlackUser.ShownAsync(slack, " Promoted ");
        Assert.Single(slack.Roots);
    }

    /// <summary>What an administrator writes once, and who freezes the shop.</summary>
    private static async Task PrepareAsync(Shop shop, Person admin)
    {
        var secret = Person.Named(KubeKind.Secret, "canary-notifications", []);
        secret.Remove("spec");
        secret["data"] = new JsonObject { ["token"] = Base64(SlackServer.Token), ["signing"] = Base64(SigningSecret), ["gate"] = Base64(GateKey) };
        (await admin.Client.CreateAsync(KubeKind.Secret, shop.Namespace, secret, shop.Cancellation)).Done();
        await admin.MakeAsync(KubeKind.NotificationChannel, "deploys", new JsonObject
        {
            ["slack"] = new JsonObject
            {
                ["channel"] = SlackServer.ChannelId,
                ["token"] = new JsonObject { ["name"] = "canary-notifications", ["key"] = "token" },
                ["signingSecret"] = new JsonObject { ["name"] = "canary-notifications", ["key"] = "signing" },
            },
        });
        await admin.MakeAsync(KubeKind.FreezeWindow, "sale", new JsonObject
        {
            ["reason"] = "no changes during the sale",
            ["end"] = At(shop, _freezeGoesOn),
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = shop.Name } },
        });
        await Freezes.KnownAsync(shop, "sale");
    }

    /// <summary>The freeze's end is moved to a moment from now, and nobody does anything then.</summary>
    private static async Task OpenAsync(Shop shop, Person admin)
    {
        var patch = new JsonObject { ["spec"] = new JsonObject { ["end"] = At(shop, _freezeEndsIn) } };
        (await admin.Client.MergeAsync(KubeKind.FreezeWindow, shop.Namespace, "sale", patch, shop.Cancellation)).Done();
        await shop.UntilAsync("v2 begins", () => shop.Phase is "Initializing");
    }

    /// <summary>The gate holds v2 at weight 0 with its pods ready, until it passes.</summary>
    private static async Task GateAsync(Shop shop, HookReceiver gate)
    {
        await Waiting.UntilAsync(shop, () => gate.Hooks.Count >= 2);
        var asked = gate.Hooks.First();
        Assert.True(asked.IsSignedBy(Encoding.ASCII.GetBytes(GateKey)));
        Assert.Equal(("io.canarycontroller.gate.before", "smoke"), (asked.Json.Text("type"), asked.Json.Text("data", "gate")));
        Assert.Equal(("Initializing", 0d), (shop.Phase, shop.Share("v2")));
        gate.AnswerWith(204);
        await shop.UntilAsync("v2 waits for an approval", () => shop.Phase is "WaitingApproval" && shop.Step == 2 && Math.Abs(shop.Share("v2") - 50) < 0.01);
    }

    /// <summary>The message asks; whoever may not is told so, what Slack did not sign counts for nothing, and one click of the right person is enough.</summary>
    private static async Task ClickAsync(Shop shop, SlackServer slack)
    {
        using SlackUser ann = new(shop.Controller.Api, "U0ANN"), dave = new(shop.Controller.Api, "U0DAVE");
        var time = shop.Stage.Time;
        var button = SlackUser.Button(await SlackUser.ShownAsync(slack, " WaitingApproval "), "Approve");
        Assert.Equal(HttpStatusCode.Unauthorized, await ann.PressAsync("approve", button, "a-secret-that-is-not-the-apps", time));
        var (stale, click) = (SlackUser.Click("approve", button, "U0ANN", time), SlackUser.Click("approve", button, "U0ANN", time));
        Assert.Equal(HttpStatusCode.Unauthorized, await ann.SendAsync(stale, SigningSecret, time.GetUtcNow().AddMinutes(-6)));
        Assert.Equal(HttpStatusCode.OK, await dave.PressAsync("approve", button, SigningSecret, time));
        Assert.Contains("approv", (string)(await slack.NextAsync("chat.postEphemeral"))["text"]!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("WaitingApproval", shop.Phase);

        var at = time.GetUtcNow();
        Assert.Equal(HttpStatusCode.OK, await ann.SendAsync(click, SigningSecret, at));
        Assert.Equal(HttpStatusCode.Conflict, await ann.SendAsync(click, SigningSecret, at));
        await shop.UntilAsync("the approval counts", () => shop.Rollout.Items("status", "commands").Any(each => each.Text("status") == "Accepted"));
        var counted = Assert.Single(shop.Rollout.Items("status", "commands"), each => each.Text("status") == "Accepted");
        Assert.Equal(("Approve", "Slack user U0ANN (ann)", "Slack", 2), (counted.Text("action"), counted.Text("actor"), counted.Text("via"), counted.Int("step")));
    }

    private static Task<CanaryctlRun> WaitAsync(Shop shop, string revision, params string[] where) => Canaryctl.RunAsync(
        shop.Stage.Guardian, shop.Cancellation, ["wait", shop.Name, "--namespace", shop.Namespace, "--for", "promoted", "--revision", revision, "--timeout", Waits, .. where]);

    private static string At(Shop shop, TimeSpan fromNow) => shop.Stage.Time.GetUtcNow().Add(fromNow).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

using System.Text;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using CanaryController.Manager.Tests.Notifications;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>Commands as objects, while freezes come and go, and a receiver hears of all of it.</summary>
public sealed class CommandTests(Cluster cluster)
{
    private const string Key = "a-key-of-the-pager-that-nobody-may-see";
    private const int Unavailable = 503;

    [Fact]
    public async Task Every_command_does_what_it_says_a_freeze_holds_up_what_goes_forward_and_a_webhook_hears_it_in_order()
    {
        await using var pager = await HookReceiver.StartAsync();

        // The second request fails once: what comes later waits for it.
        pager.Answer = (context, number) =>
        {
            context.Response.StatusCode = number == 2 ? Unavailable : 204;
            return Task.CompletedTask;
        };
        await cluster.RunAsync(
            new ShopOptions { IsGuarded = true, Channels = ["pager"], Settings = "outbound: {allow: [127.0.0.1]}", Steps = ShopOptions.Held(25, 50, 100) },
            async shop =>
            {
                using var ops = new Person(shop, "ops");
                await PrepareAsync(shop, ops, pager);
                await ForwardAsync(shop, ops);
                await FreezeAsync(shop, ops);
                await RetryAsync(shop, ops);
                await UndoAsync(shop, ops);
                await AssertHeardAsync(shop, pager);
            });
    }

    private static async Task PrepareAsync(Shop shop, Person ops, HookReceiver pager)
    {
        var secret = Person.Named(KubeKind.Secret, "canary-notifications", []);
        secret.Remove("spec");
        secret["data"] = new JsonObject { ["pager"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(Key)) };
        (await ops.Client.CreateAsync(KubeKind.Secret, shop.Namespace, secret, shop.Cancellation)).Done();
        await ops.MakeAsync(KubeKind.NotificationChannel, "pager", new JsonObject
        {
            ["webhook"] = new JsonObject { ["url"] = $"{pager.Url}/canary", ["secret"] = new JsonObject { ["name"] = "canary-notifications", ["key"] = "pager" } },
        });
    }

    /// <summary>Pause, resume and skip, while a freeze means another rollout.</summary>
    private static async Task ForwardAsync(Shop shop, Person ops)
    {
        await FreezeAsync(shop, ops, "elsewhere", new JsonObject { ["names"] = new JsonArray("another") });
        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 25);
        (await ops.CommandAsync("Pause")).Accepted();
        await shop.UntilAsync("it is paused", () => shop.Phase is "Paused");
        (await ops.CommandAsync("Resume")).Accepted();
        await shop.UntilStepAsync(1, "v2", 25);
        (await ops.CommandAsync("Skip")).Accepted();
        await shop.UntilStepAsync(2, "v2", 50);
    }

    /// <summary>While a freeze lasts nothing goes forward unless somebody breaks the glass and says why; an abort does not ask.</summary>
    private static async Task FreezeAsync(Shop shop, Person ops)
    {
        await FreezeAsync(shop, ops, "sale", new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = shop.Name } });
        await Freezes.KnownAsync(shop, "elsewhere", "sale");
        foreach (var forward in (string[])["Skip", "Promote"])
        {
            var held = await ops.CommandAsync(forward);
            Assert.Equal("Refused", held.Phase);
            Assert.Contains("sale", held.Message, StringComparison.Ordinal);
        }

        Assert.False((await ops.Client.CreateAsync(KubeKind.RolloutCommand, shop.Namespace, ops.Asked("BreakGlass"), shop.Cancellation)).IsDone, "the glass was broken without a reason");
        var broken = await ops.CommandAsync("BreakGlass", "fixes the outage");
        Assert.Equal(("Accepted", "ops"), (broken.Phase, broken.Actor));
        await shop.UntilAsync("the audit trail has it", () => shop.Rollout.Items("status", "commands").Any(each => each.Text("id") == broken.Id));
        var record = shop.Rollout.Items("status", "commands").Single(each => each.Text("id") == broken.Id);
        Assert.Equal(("BreakGlass", "ops", "fixes the outage"), (record.Text("action"), record.Text("actor"), record.Text("reason")));
        (await ops.CommandAsync("Skip")).Accepted();
        await shop.UntilStepAsync(3, "v2", 100);
        (await ops.CommandAsync("Abort")).Accepted();
        await shop.AbortedAsync("v1", "v2");
        await Waiting.UntilAsync(shop, async () => (await ops.Client.ListAsync(KubeKind.Event, shop.Namespace, shop.Cancellation)).Items("items")
            .Any(each => each.Text("reason") == "GlassBroken" && each.Text("message")!.Contains("fixes the outage", StringComparison.Ordinal)));
    }

    /// <summary>A retry is kept until the freeze is gone; then the rollout goes on by itself.</summary>
    private static async Task RetryAsync(Shop shop, Person ops)
    {
        (await ops.CommandAsync("Retry")).Accepted();
        await shop.UntilAsync("the freeze keeps the retry", () => shop.Rollout.Condition("WindowClosed") == "True" && shop.Phase is "Aborted");
        (await ops.Client.DeleteAsync(KubeKind.FreezeWindow, shop.Namespace, "sale", shop.Cancellation)).Done();
        await shop.UntilStepAsync(1, "v2", 25);
        (await ops.CommandAsync("Promote")).Accepted();
        await shop.PromotedAsync("v2");
    }

    /// <summary>An undo is a rollback: no freeze holds it up, be it an object that the controller wrote for somebody who asked by HTTP.</summary>
    private static async Task UndoAsync(Shop shop, Person ops)
    {
        string[] http = ["--namespace", shop.Namespace, "--url", $"{shop.Controller.Api}", "--token-file", shop.Controller.OperatorTokenFile];
        var made = await Canaryctl.RunAsync(shop.Stage.Guardian, shop.Cancellation, ["freeze", "create", "night", "--reason", "nobody is here", .. http]);
        Assert.True(made.ExitCode == 0, made.Error);
        await Freezes.KnownAsync(shop, "elsewhere", "night");
        var night = (await ops.Client.GetAsync(KubeKind.FreezeWindow, shop.Namespace, "night", shop.Cancellation)).Done();
        Assert.Equal(("nobody is here", "operator"), (night.Text("spec", "reason"), night.Text("metadata", "annotations", "canarycontroller.io/requested-by")));
        (await ops.CommandAsync("Undo")).Accepted();
        await shop.UntilStepAsync(1, "v1", 25);
        (await ops.CommandAsync("Promote")).Accepted();
        await shop.PromotedAsync("v1");
        var ended = await Canaryctl.RunAsync(shop.Stage.Guardian, shop.Cancellation, ["freeze", "end", "night", .. http]);
        Assert.True(ended.ExitCode == 0, ended.Error);
        Assert.True((await ops.Client.GetAsync(KubeKind.FreezeWindow, shop.Namespace, "night", shop.Cancellation)).IsNotFound);
    }

    /// <summary>Everything once at least, signed, and nothing before what happened before it.</summary>
    private static async Task AssertHeardAsync(Shop shop, HookReceiver pager)
    {
        await Waiting.UntilAsync(shop, () => pager.Hooks.Where(each => each.Json.Text("type") == "io.canarycontroller.rollout.promoted").Select(each => each.Id).Distinct(StringComparer.Ordinal).Count() == 2);
        var hooks = pager.Hooks.ToList();
        Assert.All(hooks, hook => Assert.True(hook.IsSignedBy(Encoding.ASCII.GetBytes(Key)) && hook.Id == hook.Json.Text("id"), hook.Text));
        var heard = hooks.ConvertAll(hook => hook.Json);
        Assert.All(heard, each => Assert.Equal($"/namespaces/{shop.Namespace}/rollouts/{shop.Name}", each.Text("source")));
        var sequences = heard.Select(each => each.Int("data", "sequence")!.Value).ToList();
        Assert.Equal(sequences.Order(), sequences);
        Assert.True(heard.Count(each => each.Text("id") == heard[1].Text("id")) > 1, "what failed was not sent again");
        string[] told = ["started", "step-reached", "paused", "resumed", "glass-broken", "rolling-back", "rolled-back", "promoting", "promoted"];
        Assert.Empty(told.Except(heard.Select(each => each.Text("type")!.Replace("io.canarycontroller.rollout.", "", StringComparison.Ordinal)), StringComparer.Ordinal));
    }

    private static Task<JsonObject> FreezeAsync(Shop shop, Person ops, string name, JsonObject selector) => ops.MakeAsync(
        KubeKind.FreezeWindow, name, new JsonObject { ["reason"] = "no changes now", ["start"] = "2026-01-01T00:00:00Z", ["selector"] = selector });
}

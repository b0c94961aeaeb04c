using System.Diagnostics.CodeAnalysis;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>Runs one test: a shop in a namespace, the laws beside it, and everything that helps to understand a failure.</summary>
internal static class Suite
{
    private static readonly TimeSpan _leaving = TimeSpan.FromSeconds(15);

    /// <summary>Opens a shop, lets the test act on it, and holds it to the laws until the end.</summary>
    public static async Task RunAsync(this Cluster cluster, ShopOptions options, Func<Shop, Task> act)
    {
        Assert.SkipWhen(options.NeedsPrometheus && !PrometheusProgram.IsHere, "no Prometheus: ./build.sh e2e gets one from Debian, or name one in CANARY_TEST_PROMETHEUS");
        await (await cluster.StageAsync(TestContext.Current.CancellationToken)).RunAsync(options, act);
    }

    /// <summary>The same on a stage of the test's own.</summary>
    public static async Task RunAsync(this KubeStage stage, ShopOptions options, Func<Shop, Task> act)
    {
        Assert.SkipWhen(options.NeedsSimulatedNodes && !stage.HasSimulatedNodes, "the cluster's nodes are real: pods are not kept unready by an annotation there");
        using var limit = new CancellationTokenSource(options.Limit, stage.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, TestContext.Current.CancellationToken);
        var isAlone = options.IsAlone || options.IsGuarded;
        var view = isAlone ? await stage.NewNamespaceAsync(both.Token) : await stage.BorrowAsync(both.Token);
        var home = isAlone ? await stage.NewHomeAsync(both.Token) : "";
        var guards = options.IsGuarded ? await stage.NewGuardPostAsync(home, both.Token) : null;
        var controller = isAlone ? await stage.StartControllerAsync(home, options.IsClusterLed ? [] : [view.Name], both.Token, guards: guards, settings: options.Settings) : stage.Controller;
        await (guards?.OpenAsync(stage.Client, view.Name, options.AreGuardsAway, both.Token) ?? Task.CompletedTask);
        var shop = new Shop(stage, view, options, controller, both.Token) { Home = home };
        var problem = await TryAsync(shop, act);
        shop.Close();
        await (guards?.CloseAsync(stage.Client) ?? Task.CompletedTask);
        if (isAlone)
        {
            await LeaveAsync(shop);
            await controller.StopAsync();
        }
        else
        {
            stage.GiveBack(view);
        }

        var broken = shop.Laws.Violations is { Count: > 0 } violations ? $"Laws broken by {shop.Name}:\n{string.Join('\n', violations)}\n" : "";
        Assert.True(problem is null && broken.Length == 0, $"{problem}\n{broken}The controller's log of {shop.Name}:\n{Log(shop)}");
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails is told together with the laws that were broken and the log.")]
    private static async Task<string?> TryAsync(Shop shop, Func<Shop, Task> act)
    {
        try
        {
            await shop.OpenAsync();
            await act(shop);
            await shop.View.SettleAsync(shop.Cancellation);
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"{shop.Name}: not done within {shop.Options.Limit}, now {shop.Phase}, step {shop.Step}.\n{shop.Laws.Last}";
        }
        catch (Exception failed)
        {
            return $"{failed.Message}\n{failed.StackTrace}";
        }
    }

    // A Rollout that nobody leads any more would keep its namespace from being removed.
    private static async Task LeaveAsync(Shop shop)
    {
        try
        {
            await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, CancellationToken.None);
            await shop.View.UntilAsync(() => shop.Rollout is null, _leaving, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // The API server is gone, and the namespace with it.
        }
    }

    private static string Log(Shop shop) => string.Join('\n', shop.Controller.Log.Split('\n').Where(line => !line.Contains(" objects are known ", StringComparison.Ordinal) && (shop.Options.IsAlone || shop.Options.IsGuarded || line.Contains(shop.Name, StringComparison.Ordinal) || !line.Contains("shop-", StringComparison.Ordinal))).TakeLast(60));
}

using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>Runs one test: a shop in a namespace, the laws beside it, and everything that helps to understand a failure.</summary>
internal static class Suite
{
    /// <summary>How long one test may take.</summary>
    public const int Milliseconds = 240_000;

    private static readonly TimeSpan _leaving = TimeSpan.FromSeconds(15);

    /// <summary>Opens a shop, lets the test act on it, and holds it to the laws until the end.</summary>
    public static async Task RunAsync(this Cluster cluster, ShopOptions options, Func<Shop, Task> act)
    {
        Assert.SkipWhen(options.NeedsPrometheus && !PrometheusProgram.IsHere, "no Prometheus: ./build.sh e2e gets one from Debian, or name one in CANARY_TEST_PROMETHEUS");
        var cancellation = TestContext.Current.CancellationToken;
        var stage = await cluster.StageAsync(cancellation);
        Assert.SkipWhen(options.NeedsSimulatedNodes && !stage.HasSimulatedNodes, "the cluster's nodes are real: pods are not kept unready by an annotation there");
        var view = options.IsAlone ? await stage.NewNamespaceAsync(cancellation) : await stage.BorrowAsync(cancellation);
        var home = options.IsAlone ? await stage.NewHomeAsync(cancellation) : "";
        var controller = options.IsAlone ? await stage.StartControllerAsync(home, [view.Name], cancellation) : stage.Controller;
        var shop = new Shop(stage, view, options, controller, cancellation) { Home = home };
        try
        {
            await shop.OpenAsync();
            await act(shop);
            await view.SettleAsync(cancellation);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            var broken = shop.Laws.Violations is { Count: > 0 } violations ? $"\nLaws broken:\n{string.Join('\n', violations)}" : "";
            throw new InvalidOperationException($"{failed.Message}{broken}\nThe controller's log of {shop.Name}:\n{Log(shop)}\n{failed.StackTrace}");
        }
        finally
        {
            shop.Close();
            if (options.IsAlone)
            {
                await LeaveAsync(shop);
                await controller.StopAsync();
            }
            else
            {
                stage.GiveBack(view);
            }
        }

        Assert.True(shop.Laws.Violations.Count == 0, $"Laws broken by {shop.Name}:\n{string.Join('\n', shop.Laws.Violations)}\n{Log(shop)}");
    }

    // A Rollout that nobody leads any more would keep its namespace from being removed.
    private static async Task LeaveAsync(Shop shop)
    {
        try
        {
            await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, CancellationToken.None);
            await shop.View.UntilAsync(() => shop.Rollout is null, _leaving, CancellationToken.None);
        }
        catch (Exception lost) when (lost is TimeoutException or HttpRequestException)
        {
            // The test has failed already, or says so itself.
        }
    }

    private static string Log(Shop shop) => string.Join('\n', shop.Controller.Log.Split('\n').Where(line => !line.Contains(" objects are known ", StringComparison.Ordinal) && (shop.Options.IsAlone || line.Contains(shop.Name, StringComparison.Ordinal) || !line.Contains("shop-", StringComparison.Ordinal))).TakeLast(60));
}

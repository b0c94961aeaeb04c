using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops.Forms;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>Requests that go to a canary beside its weight.</summary>
public sealed class MatchTests(Cluster cluster)
{
    private const string Match = $$"""{"headers": [{"name": "{{ShopOptions.TestersHeader}}", "value": "always"}]}""";

    public static TheoryData<string> Routers => ["GatewayAPI", "Istio", "Contour"];

    [Theory]
    [MemberData(nameof(Routers))]
    public Task Matched_and_mirrored_requests_begin_with_their_step_and_end_with_an_abort(string router) => cluster.RunAsync(
        new ShopOptions { Router = router, Steps = $$"""[{"weight": 0, "hold": "1h", "mirror": true, "match": {{Match}}}]""" },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.UntilAsync("v2 gets testers and copies", () => shop.Phase is "Progressing" && shop.Rollout.Condition("RouteAccepted") == "True" && Beside(shop) == (true, true));
            await shop.CommandAsync("Abort");
            await shop.AbortedAsync("v1", "v2");

            Assert.Equal((false, false), Beside(shop));
        });

    [Theory]
    [MemberData(nameof(Routers))]
    [InlineData("Traefik")]
    public Task Matches_end_with_a_promotion_and_leaving_gives_everything_back(string router) => cluster.RunAsync(
        new ShopOptions { Router = router, Form = router is "Traefik" ? new IngressRouteForm() : null, Steps = $$"""[{"weight": 0, "hold": "1s", "match": {{Match}}}, {"weight": 50, "hold": "1s", "match": {{Match}}}]""" },
        async shop =>
        {
            await shop.ReleaseAsync("v2");
            await shop.PromotedAsync("v2");
            Assert.Equal((false, false), Beside(shop));
            (await shop.Client.DeleteAsync(KubeKind.Rollout, shop.Namespace, shop.Name, shop.Cancellation)).Done();
            await shop.LeftAsync("v2");
        });

    private static (bool Matches, bool Mirrors) Beside(Shop shop)
    {
        var spec = shop.Route!["spec"]!.ToJsonString();
        return (spec.Contains(ShopOptions.TestersHeader, StringComparison.Ordinal), spec.Contains("irror", StringComparison.Ordinal));
    }
}

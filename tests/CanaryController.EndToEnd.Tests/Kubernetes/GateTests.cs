using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>A pipeline that deployed a Deployment waits at the controller's gate.</summary>
public sealed class GateTests(Cluster cluster)
{
    [Fact]
    public Task A_pipeline_waits_for_the_image_and_for_the_revision_that_it_deployed() => cluster.RunAsync(new ShopOptions { Steps = """[{"weight": 50, "hold": "1s"}]""" }, async shop =>
    {
        var image = shop.Deployment.Items("spec", "template", "spec", "containers").First().Text("image")!;
        var gate = $"/v1/namespaces/{shop.Namespace}/rollouts/{shop.Name}/gate?wait=60s&for=promoted&revision=";
        var unseen = await shop.Controller.AskAsync($"/v1/namespaces/{shop.Namespace}/rollouts/{shop.Name}/gate?for=promoted&revision=registry.example/never:1", shop.Cancellation);
        Assert.Equal("No", unseen.Text("reached"));

        await shop.ReleaseAsync("v2");
        await shop.UntilStepAsync(1, "v2", 50);
        var byImage = shop.Controller.AskAsync(gate + Uri.EscapeDataString(image), shop.Cancellation);
        var revision = shop.ReplicaSet("v2").Hash();
        var byRevision = shop.Controller.AskAsync(gate + revision, shop.Cancellation);

        foreach (var answer in new[] { await byImage, await byRevision })
        {
            Assert.Equal(("Yes", "Promoted", revision), (answer.Text("reached"), answer.Text("outcome"), answer.Text("revision")));
        }

        await shop.PromotedAsync("v2");
        Assert.Equal(revision, shop.Rollout.Items("status", "images").LastOrDefault().Text("revision"));
    });
}

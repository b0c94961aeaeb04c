using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>What the controller knows of the freezes of a shop's namespace.</summary>
internal static class Freezes
{
    /// <summary>Waits until it knows exactly these.</summary>
    public static Task KnownAsync(Shop shop, params string[] names) => Waiting.UntilAsync(shop, async () =>
        (await shop.Controller.AskAsync($"/v1/namespaces/{shop.Namespace}/freezes", shop.Cancellation)).Items("items").Select(each => each.Text("name")!).ToHashSet(StringComparer.Ordinal).SetEquals(names));
}

using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>What the controller knows of the freezes of a shop's namespace.</summary>
internal static class Freezes
{
    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until it knows exactly these.</summary>
    public static async Task KnownAsync(Shop shop, params string[] names)
    {
        while (!(await shop.Controller.AskAsync($"/v1/namespaces/{shop.Namespace}/freezes", shop.Cancellation)).Items("items").Select(each => each.Text("name")).Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal)))
        {
            await shop.AfterAsync(_rest);
        }
    }
}

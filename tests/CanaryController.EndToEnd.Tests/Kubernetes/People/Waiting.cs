using CanaryController.EndToEnd.Tests.Kubernetes.Shops;

namespace CanaryController.EndToEnd.Tests.Kubernetes.People;

/// <summary>Waits for what no change of the shop's objects tells of, for as long as its test may take.</summary>
internal static class Waiting
{
    private static readonly TimeSpan _rest = TimeSpan.FromMilliseconds(50);

    public static Task UntilAsync(Shop shop, Func<bool> condition) => UntilAsync(shop, () => Task.FromResult(condition()));

    public static async Task UntilAsync(Shop shop, Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await shop.AfterAsync(_rest);
        }
    }
}

using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes;

/// <summary>Hears when an object beside the routes changed that a router looks at, and wakes the rollouts that it concerns. One a kind; routers register those of theirs.</summary>
internal interface IBesideWatch
{
    /// <summary>From now on <paramref name="waker"/> is told.</summary>
    void Follow(ClusterWaker waker);
}

/// <summary>Hears of one kind.</summary>
/// <param name="cache">Its objects.</param>
/// <param name="wake">Wakes whom one of them concerns. Of a change it is asked for the object as it was, and for the object as it is: a name may have left it.</param>
internal sealed class BesideWatch<T>(ObjectCache<T> cache, Action<ClusterWaker, T> wake) : IBesideWatch
    where T : class, ICached
{
    /// <inheritdoc/>
    public void Follow(ClusterWaker waker) => cache.Changed += (before, after) =>
    {
        foreach (var item in new[] { before, after }.OfType<T>())
        {
            wake(waker, item);
        }
    };
}

/// <summary>Registers what wakes rollouts.</summary>
internal static class BesideWatchRegistration
{
    /// <summary>Changes of a kind, whose informer is registered, wake whom they concern.</summary>
    public static IServiceCollection AddBesideWatch<T>(this IServiceCollection services, Action<ClusterWaker, T> wake)
        where T : class, ICached => services.AddSingleton<IBesideWatch>(provider => new BesideWatch<T>(provider.GetRequiredService<ObjectCache<T>>(), wake));
}

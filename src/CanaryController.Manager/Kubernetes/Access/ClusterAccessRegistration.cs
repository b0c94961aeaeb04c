using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>Registers the authority of the cluster.</summary>
internal static class ClusterAccessRegistration
{
    /// <summary>How many answers about tokens are kept, and how many about permissions: of each some hundred bytes.</summary>
    public const int MaxTokens = 2_000, MaxPermissions = 10_000;

    /// <summary>How many unknown tokens a second are asked about in the long run, and how many requests that are not allowed.</summary>
    public const int NoesPerSecond = 10;

    /// <summary>How many of them at once.</summary>
    public const int NoesAtOnce = 20;

    private static readonly TimeSpan _noLife = TimeSpan.FromSeconds(10);

    /// <summary>Adds it; nothing when <paramref name="options"/> is null. Needs <see cref="IKubeApi"/> and <see cref="KubernetesOptions"/>.</summary>
    public static IServiceCollection AddClusterAccess(this IServiceCollection services, KubernetesTokenOptions? options)
    {
        if (options is null)
        {
            return services;
        }

        var noLife = options.CacheFor < _noLife ? options.CacheFor : _noLife;
        services.AddSingleton(options).AddSingleton<CacheKeys>().AddSingleton<ReviewLimits>();
        services.AddReviewer<ClusterIdentity>(ObjectKind.TokenReview, new(MaxTokens, NoesPerSecond, NoesAtOnce, noLife));
        services.AddReviewer<Allowed>(ObjectKind.SubjectAccessReview, new(MaxPermissions, NoesPerSecond, NoesAtOnce, noLife));
        return services.AddSingleton<ClusterPermissions>().AddSingleton<IApiAuthority, ClusterAuthority>();
    }

    private static void AddReviewer<T>(this IServiceCollection services, ObjectKind kind, ReviewCapacity capacity)
        where T : class => services.AddSingleton(provider => new Reviewer<T>(
            provider.GetRequiredService<IKubeApi>(),
            kind,
            provider.GetRequiredService<ReviewLimits>(),
            capacity,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Reviewer<T>>>()));
}

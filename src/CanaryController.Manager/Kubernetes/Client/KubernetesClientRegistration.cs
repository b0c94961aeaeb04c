using System.Text.Json;
using Prometheus;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Registers what speaks to the API server.</summary>
internal static class KubernetesClientRegistration
{
    /// <summary>
    /// Adds <see cref="IKubeApi"/> and <see cref="Informers"/> over a connection that is opened when it is first asked for. Needs a <see cref="TimeProvider"/> and an <see cref="IMetricFactory"/>.
    /// </summary>
    public static IServiceCollection AddKubernetesClient(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddSingleton(options).AddSingleton(_ => KubeConnection.Open(options)).AddSingleton<KubeMetrics>();
        services.AddSingleton(provider => new RequestLimiter(options.RequestsPerSecond, options.Burst, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<KubeTransport>().AddSingleton<IKubeApi, KubeApi>();
        services.AddSingleton<Informers>().AddHostedService(provider => provider.GetRequiredService<Informers>());
        return services;
    }

    /// <summary>Adds an informer in the configured namespaces: <see cref="ObjectCache{T}"/> and <see cref="IObjectCache{T}"/> of its kind.</summary>
    /// <param name="services">Where.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="project">What is kept of an object; see <see cref="Informer{T}"/>.</param>
    /// <param name="labelSelector">Only objects with these labels; null = all.</param>
    /// <param name="kept">What <paramref name="project"/> reads of the items of a list; null = all.</param>
    public static IServiceCollection AddInformer<T>(this IServiceCollection services, ObjectKind kind, Func<JsonElement, T?> project, string? labelSelector = null, KeptFields? kept = null)
        where T : class, ICached
    {
        services.AddSingleton(provider => new Informer<T>(
            provider.GetRequiredService<KubeTransport>(),
            kind,
            provider.GetRequiredService<KubernetesOptions>().Namespaces,
            project,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Informer<T>>>(),
            labelSelector,
            kept));
        return services.AddCache<T>();
    }

    /// <summary>The same for a kind that clusters serve in different versions.</summary>
    /// <param name="services">Where.</param>
    /// <param name="versions">The kind in its versions, the preferred one first.</param>
    /// <param name="project">What is kept of an object, with the version that it is in.</param>
    public static IServiceCollection AddInformer<T>(this IServiceCollection services, IReadOnlyList<ObjectKind> versions, Func<JsonElement, ObjectKind, T?> project)
        where T : class, ICached
    {
        services.AddSingleton(provider => new Informer<T>(
            provider.GetRequiredService<KubeTransport>(),
            versions,
            provider.GetRequiredService<KubernetesOptions>().Namespaces,
            project,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Informer<T>>>(),
            KeptFields.AllButMetadata()));
        return services.AddCache<T>();
    }

    private static IServiceCollection AddCache<T>(this IServiceCollection services)
        where T : class, ICached
    {
        services.AddSingleton<IInformer>(provider => provider.GetRequiredService<Informer<T>>());
        services.AddSingleton(provider => provider.GetRequiredService<Informer<T>>().Cache);
        return services.AddSingleton<IObjectCache<T>>(provider => provider.GetRequiredService<ObjectCache<T>>());
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>The ServiceResolvers.</summary>
internal sealed class ServiceResolvers(IKubeApi api, IObjectCache<ServiceResolverObject> cache) : ICompanionObjects<ServiceResolverObject>
{
    private static readonly ObjectKind _kind = ConsulApi.ServiceResolver;

    /// <inheritdoc/>
    public string Kind => _kind.Kind;

    /// <inheritdoc/>
    public bool AreSynced => cache.IsSynced;

    /// <inheritdoc/>
    public ServiceResolverObject? Find(ObjectName name) => cache.Find(name);

    /// <inheritdoc/>
    public async Task<KubeAnswer> GetAsync(ServiceResolverObject item, CancellationToken cancellation) => Keep(await api.GetAsync(_kind, item.Meta.Name, cancellation));

    /// <inheritdoc/>
    public Task<RouteWrite> PatchAsync(ServiceResolverObject item, JsonPatch patch, CancellationToken cancellation) => RouteWrite.OfAsync(
        async () => Keep(await api.PatchAsync(_kind, item.Meta.Name, patch, cancellation)),
        () => GetAsync(item, cancellation),
        () => Find(item.Meta.Name)?.Meta.ResourceVersion != item.Meta.ResourceVersion);

    private KubeAnswer Keep(KubeAnswer answer)
    {
        if (answer is { IsDone: true, Body: { } body })
        {
            cache.Put(ServiceResolverObject.Project(JsonSerializer.SerializeToElement<JsonNode>(body)));
        }

        return answer;
    }
}

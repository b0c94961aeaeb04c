using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>The DestinationRules, in the cache and on the server. Whatever the server answers goes into the cache at once.</summary>
internal sealed class DestinationRules(IKubeApi api, IObjectCache<DestinationRuleObject> cache) : ICompanionObjects<DestinationRuleObject>
{
    /// <inheritdoc/>
    public string Kind => IstioApi.DestinationRule[0].Kind;

    /// <inheritdoc/>
    public bool AreSynced => cache.IsSynced;

    /// <inheritdoc/>
    public DestinationRuleObject? Find(ObjectName name) => cache.Find(name);

    /// <summary>The rule in a namespace that is about a Service of the same one; null when there is none. Of several Istio uses one; the first by name is taken here.</summary>
    public DestinationRuleObject? About(string ns, string service) =>
        cache.By(DestinationRuleObject.HostKey(ns, service)).Where(rule => rule.Meta.Name.Namespace == ns).MinBy(rule => rule.Meta.Name.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<KubeAnswer> GetAsync(DestinationRuleObject item, CancellationToken cancellation) => Keep(item.Served, await api.GetAsync(item.Served, item.Meta.Name, cancellation));

    /// <inheritdoc/>
    public Task<RouteWrite> PatchAsync(DestinationRuleObject item, JsonPatch patch, CancellationToken cancellation) => RouteWrite.OfAsync(
        async () => Keep(item.Served, await api.PatchAsync(item.Served, item.Meta.Name, patch, cancellation)),
        () => GetAsync(item, cancellation),
        () => Find(item.Meta.Name)?.Meta.ResourceVersion != item.Meta.ResourceVersion);

    private KubeAnswer Keep(ObjectKind served, KubeAnswer answer)
    {
        if (answer is { IsDone: true, Body: { } body })
        {
            cache.Put(DestinationRuleObject.Project(JsonSerializer.SerializeToElement<JsonNode>(body), served));
        }

        return answer;
    }
}

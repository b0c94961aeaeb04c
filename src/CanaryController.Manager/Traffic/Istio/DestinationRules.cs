using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>The DestinationRules, in the cache and on the server. Whatever the server answers goes into the cache at once.</summary>
internal sealed class DestinationRules(IKubeApi api, IObjectCache<DestinationRuleObject> cache)
{
    /// <summary>All that are there are known.</summary>
    public bool AreSynced => cache.IsSynced;

    /// <summary>The rule; null when there is none.</summary>
    public DestinationRuleObject? Find(ObjectName name) => cache.Find(name);

    /// <summary>The rule in a namespace that is about a Service of the same one; null when there is none. Of several Istio uses one; the first by name is taken here.</summary>
    public DestinationRuleObject? About(string ns, string service) =>
        cache.By(DestinationRuleObject.HostKey(ns, service)).Where(rule => rule.Meta.Name.Namespace == ns).MinBy(rule => rule.Meta.Name.Name, StringComparer.Ordinal);

    /// <summary>Reads the rule from the server.</summary>
    public async Task<KubeAnswer> GetAsync(DestinationRuleObject rule, CancellationToken cancellation) => Keep(rule.Served, await api.GetAsync(rule.Served, rule.Meta.Name, cancellation));

    /// <summary>Writes.</summary>
    public Task<RouteWrite> PatchAsync(DestinationRuleObject rule, JsonPatch patch, CancellationToken cancellation) => RouteWrite.OfAsync(
        async () => Keep(rule.Served, await api.PatchAsync(rule.Served, rule.Meta.Name, patch, cancellation)),
        () => GetAsync(rule, cancellation),
        () => Find(rule.Meta.Name)?.Meta.ResourceVersion != rule.Meta.ResourceVersion);

    private KubeAnswer Keep(ObjectKind served, KubeAnswer answer)
    {
        if (answer is { IsDone: true, Body: { } body })
        {
            cache.Put(DestinationRuleObject.Project(JsonSerializer.SerializeToElement<JsonNode>(body), served));
        }

        return answer;
    }
}

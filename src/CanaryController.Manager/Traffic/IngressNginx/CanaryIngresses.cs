using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources;

namespace CanaryController.Manager.Traffic.IngressNginx;

/// <summary>The Ingresses, in the cache and on the server. Only those of rollouts are ever written. Whatever the server answers goes into the cache at once.</summary>
/// <param name="api">The server.</param>
/// <param name="cache">The Ingresses; null when they are not watched.</param>
internal sealed class CanaryIngresses(IKubeApi api, IObjectCache<IngressObject>? cache = null)
{
    /// <summary>Why nothing of them can be known, in one sentence; null when all that is there is known.</summary>
    public string? WhyUnknown => cache switch
    {
        null => "The controller does not look at Ingress objects: add IngressNginx to kubernetes.routers in its configuration (routers in the chart's values).",
        { IsSynced: false } => "The Ingress objects are not read yet.",
        _ => null,
    };

    /// <summary>The Ingress as it is known; null when there is none.</summary>
    public IngressObject? Find(ObjectName name) => cache?.Find(name);

    /// <summary>All canaries of a namespace, whoever made them.</summary>
    public IReadOnlyList<IngressObject> Canaries(string ns) => cache?.By(IngressObject.CanariesKey(ns)) ?? [];

    /// <summary>All that were made for a rollout.</summary>
    public IEnumerable<IngressObject> Of(RolloutKey rollout) =>
        (cache?.By(ObjectKeys.Rollout(rollout.Namespace, rollout.Name)) ?? []).Where(ingress => CanaryIngress.IsOf(rollout, ingress));

    /// <summary>Creates one. A name that is taken is read.</summary>
    public async Task<RouteWrite> CreateAsync(CanaryIngress wanted, CancellationToken cancellation)
    {
        var answer = Keep(await api.CreateAsync(ObjectKind.Ingress, wanted.Name.Namespace, wanted.Body(), cancellation));
        return answer.Outcome is KubeOutcome.AlreadyExists ? await LookAgainAsync(wanted.Name, "", answer, cancellation) : Result(answer);
    }

    /// <summary>Changes one, on condition that it is as it was seen.</summary>
    public async Task<RouteWrite> PatchAsync(IngressObject ours, JsonPatch patch, CancellationToken cancellation)
    {
        var answer = Keep(await api.PatchAsync(ObjectKind.Ingress, ours.Meta.Name, patch, cancellation));
        return answer.Outcome is KubeOutcome.Conflict or KubeOutcome.Invalid ? await LookAgainAsync(ours.Meta.Name, ours.Meta.ResourceVersion, answer, cancellation) : Result(answer);
    }

    /// <summary>Deletes one, on condition that it is as it was seen.</summary>
    public async Task<RouteWrite> DeleteAsync(IngressObject ours, CancellationToken cancellation)
    {
        var answer = await api.DeleteAsync(ObjectKind.Ingress, ours.Meta.Name, ours.Meta.Uid, cancellation, ours.Meta.ResourceVersion);
        if (answer.Outcome is KubeOutcome.Conflict)
        {
            return await LookAgainAsync(ours.Meta.Name, ours.Meta.ResourceVersion, answer, cancellation);
        }

        if (answer.Outcome is KubeOutcome.Done or KubeOutcome.NotFound && ours.Meta.Finalizers.IsEmpty)
        {
            cache?.Remove(ours.Meta.Name, ours.Meta.Uid);
        }

        return Result(answer);
    }

    /// <summary>Reads one for who wrote its weight last; null when nobody but us did, or it cannot be read.</summary>
    public async Task<string?> LastWriterAsync(ObjectName name, CancellationToken cancellation) =>
        Keep(await api.GetAsync(ObjectKind.Ingress, name, cancellation)).Body is { } body ? LastWriter(body) : null;

    private static string? LastWriter(JsonObject body) => (body["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>()
        .Where(entry => (string?)entry["manager"] != Marks.FieldManager && entry["fieldsV1"]?["f:metadata"]?["f:annotations"]?[$"f:{NginxAnnotations.Weight}"] is not null)
        .OrderByDescending(entry => (string?)entry["time"], StringComparer.Ordinal)
        .Select(entry => (string?)entry["manager"])
        .FirstOrDefault();

    private async Task<RouteWrite> LookAgainAsync(ObjectName name, string seen, KubeAnswer refused, CancellationToken cancellation)
    {
        var now = Keep(await api.GetAsync(ObjectKind.Ingress, name, cancellation));
        if (!now.IsDone)
        {
            return Result(now);
        }

        var isStale = refused.Outcome is KubeOutcome.Conflict || cache?.Find(name)?.Meta.ResourceVersion != seen;
        return isStale ? RouteWrite.Stale : new(IsGone: false, IsStale: false, refused.Problem);
    }

    private static RouteWrite Result(KubeAnswer answer) => answer.Outcome switch
    {
        KubeOutcome.Done => RouteWrite.Done,
        KubeOutcome.NotFound or KubeOutcome.NamespaceTerminating => new(IsGone: true, IsStale: false, answer.Problem),
        KubeOutcome.Conflict => RouteWrite.Stale,
        KubeOutcome.AlreadyExists or KubeOutcome.Invalid or KubeOutcome.Forbidden or KubeOutcome.Unavailable => new(IsGone: false, IsStale: false, answer.Problem),
    };

    private KubeAnswer Keep(KubeAnswer answer)
    {
        if (answer is { IsDone: true, Body: { } body } && IngressObject.Project(JsonSerializer.SerializeToElement<JsonNode>(body)) is { } ingress)
        {
            cache?.Put(ingress);
        }

        return answer;
    }
}

using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Writes FreezeWindow objects for callers of the API, who were asked for the same right that they need to write them themselves. An object names who asked for it. What is answered counts at once here: an
/// object of ours is read back from the cache.
/// </summary>
internal sealed class ClusterFreezeKeeper(IKubeApi api, IObjectCache<FreezeWindowObject> freezes, IReadOnlyList<string> watched) : IFreezeKeeper
{
    /// <inheritdoc/>
    public async Task<FreezeAnswer> AddAsync(FreezeWindow window, string actor, CancellationToken cancellation)
    {
        var (ns, name) = (window.Metadata.Namespace, window.Metadata.Name);
        if (!IsWatched(ns))
        {
            return NotWatched(ns);
        }

        var body = JsonNode.Parse(RolloutJson.Write(window))!.AsObject();
        body["metadata"]!["annotations"] = new JsonObject { [RolloutCommandResource.RequestedByAnnotation] = actor };
        var answer = await api.CreateAsync(ObjectKind.FreezeWindow, ns, body, cancellation);
        if (answer.Body is { } made)
        {
            freezes.Put(made.Project(FreezeWindowObject.Project));
        }

        return answer.Outcome switch
        {
            KubeOutcome.AlreadyExists or KubeOutcome.Conflict => new(FreezeOutcome.Refused, $"There is a freeze {name} already; give this one another name."),
            KubeOutcome.NotFound => new(FreezeOutcome.NotFound, $"There is no namespace {ns}, or the cluster has no FreezeWindows."),
            _ => Of(answer, "create"),
        };
    }

    /// <inheritdoc/>
    public async Task<FreezeAnswer> EndAsync(string ns, string name, CancellationToken cancellation)
    {
        if (!IsWatched(ns))
        {
            return NotWatched(ns);
        }

        if (freezes.Find(new(ns, name)) is not { Meta: var found })
        {
            return new(FreezeOutcome.NotFound, $"There is no freeze {name} in the namespace {ns}.");
        }

        var answer = await api.DeleteAsync(ObjectKind.FreezeWindow, found.Name, found.Uid, cancellation);
        if (answer.Outcome is KubeOutcome.Conflict)
        {
            return new(FreezeOutcome.Refused, $"Another freeze {name} was made meanwhile; look at it before you end it.");
        }

        if (answer.Outcome is not (KubeOutcome.Done or KubeOutcome.NotFound))
        {
            return Of(answer, "delete");
        }

        freezes.Remove(found.Name, found.Uid);
        return FreezeAnswer.Done;
    }

    /// <summary>Nobody would wait for a freeze of a namespace that this controller does not look at.</summary>
    private bool IsWatched(string ns) => watched.Count == 0 || watched.Contains(ns, StringComparer.Ordinal);

    private static FreezeAnswer NotWatched(string ns) => new(FreezeOutcome.NotFound, $"This controller does not look at the namespace {ns} (kubernetes.namespaces).");

    private static FreezeAnswer Of(KubeAnswer answer, string verb) => answer.Outcome switch
    {
        KubeOutcome.Done => FreezeAnswer.Done,
        KubeOutcome.Unavailable => throw new StoreUnavailableException($"The API server did not {verb} it: {answer.Problem}"),
        KubeOutcome.Forbidden => new(FreezeOutcome.Refused, $"The controller may not {verb} freezewindows: {answer.Problem} Give its role that right, or use kubectl, or canaryctl with --kubeconfig."),
        KubeOutcome.Invalid or KubeOutcome.NamespaceTerminating or KubeOutcome.NotFound or KubeOutcome.Conflict or KubeOutcome.AlreadyExists => new(FreezeOutcome.Refused, $"The API server refused it: {answer.Problem}"),
    };
}

using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Keeps a Deployment's ReplicaSets as Kubernetes' own Deployment controller does, its limits and its deadlock included.</summary>
internal sealed class DeploymentController : IStubController
{
    private const string ControllerName = "deployment";

    private readonly IObjectStore _store;
    private readonly Claims _claims;
    private readonly RevisionFinder _finder;
    private readonly DeploymentScaler _scaler;
    private readonly DeploymentProgress _progress;
    private readonly RollingUpdate _rolling;
    private readonly RecreateUpdate _recreate;

    public DeploymentController(IObjectStore store, TimeProvider time, WorkQueue queue)
    {
        _store = store;
        _claims = new(store, Resources.Deployments, Resources.ReplicaSets);
        _finder = new(store, time);
        _scaler = new(store);
        _progress = new(store, time, queue);
        _rolling = new(_finder, _scaler, _progress);
        _recreate = new(_finder, _scaler, _progress);
    }

    public string Name => ControllerName;

    public static WorkKey Key(JsonObject deployment) => new(ControllerName, Resources.Deployments, deployment.Namespace(), deployment.Name());

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before) => change.Resource switch
    {
        Resources.Deployments => [Key(change.Object)],
        Resources.ReplicaSets => OwnersOf(change, before),
        Resources.Pods when change.Type == "DELETED" => EmptiedRecreate(change.Object),
        _ => [],
    };

    public void Sync(WorkKey key)
    {
        if (_store.Find(Resources.Deployments, key.Namespace, key.Name) is not { } item)
        {
            return;
        }

        var d = new Deployment(item);
        if (d.Selector.IsEmpty)
        {
            return;
        }

        var owned = _claims.Claim(item, d.Selector, _store.List(Resources.ReplicaSets, key.Namespace)).ConvertAll(rs => new ReplicaSet(rs));
        var pods = PodsOf(d, owned);
        if (item.IsBeingDeleted())
        {
            _progress.SyncStatus(d, _finder.Find(d, owned, create: false));
            return;
        }

        _progress.SyncPausedCondition(d);
        if (d.IsPaused || DeploymentScaler.IsScalingEvent(d, _finder.Find(d, owned, create: false)))
        {
            SyncScale(d, owned);
        }
        else if (d.IsRollingUpdate)
        {
            _rolling.Sync(d, owned);
        }
        else
        {
            _recreate.Sync(d, owned, pods);
        }
    }

    private void SyncScale(Deployment d, List<ReplicaSet> owned)
    {
        var revisions = _finder.Find(d, owned, create: false);
        _scaler.Scale(d, revisions);
        if (d.IsPaused)
        {
            _scaler.CleanUp(d, revisions.Old);
        }

        _progress.SyncStatus(d, revisions);
    }

    private ILookup<string, JsonObject> PodsOf(Deployment d, List<ReplicaSet> owned)
    {
        var selector = d.Selector;
        var uids = owned.Select(rs => rs.Uid).ToHashSet();
        return (from pod in _store.List(Resources.Pods, d.Item.Namespace())
                where selector.Matches(pod.Labels())
                let uid = pod.ControllerReference()?.Text("uid")
                where uid is not null && uids.Contains(uid)
                select (pod, uid)).ToLookup(p => p.uid, p => p.pod);
    }

    /// <summary>A ReplicaSet matters to its controller, before and after; an orphan to all that could adopt it, when its labels or its owner changed.</summary>
    private IEnumerable<WorkKey> OwnersOf(ObjectChange change, JsonObject? before)
    {
        var now = change.Object.ControllerReference();
        var then = before?.ControllerReference();
        var moved = now?.Text("uid") != then?.Text("uid");
        if (then is not null && moved && Resolve(change.Object.Namespace(), then) is { } old)
        {
            yield return Key(old);
        }

        if (now is not null)
        {
            if (Resolve(change.Object.Namespace(), now) is { } owner)
            {
                yield return Key(owner);
            }

            yield break;
        }

        if (change.Type == "DELETED" || change.Object.IsBeingDeleted() || (before is not null && !moved && JsonNode.DeepEquals(before.Labels(), change.Object.Labels())))
        {
            yield break;
        }

        foreach (var d in _store.List(Resources.Deployments, change.Object.Namespace()))
        {
            if (new Deployment(d).Selector.Matches(change.Object.Labels()))
            {
                yield return Key(d);
            }
        }
    }

    /// <summary>
    /// The only pod that wakes a Deployment is the very last one of a Recreate Deployment, new ReplicaSet included. So one whose new ReplicaSet has pods while
    /// old ones end is not woken, and stays stuck until somebody writes to it.
    /// </summary>
    private IEnumerable<WorkKey> EmptiedRecreate(JsonObject pod)
    {
        if (pod.ControllerReference() is not { } reference
            || reference.Text("kind") != "ReplicaSet"
            || _store.Find(Resources.ReplicaSets, pod.Namespace(), reference.Text("name") ?? "") is not { } rs
            || rs.Uid() != reference.Text("uid")
            || rs.ControllerReference() is not { } controller
            || Resolve(pod.Namespace(), controller) is not { } item)
        {
            return [];
        }

        var d = new Deployment(item);
        if (d.IsRollingUpdate)
        {
            return [];
        }

        var owned = _store.List(Resources.ReplicaSets, pod.Namespace())
            .Where(other => d.Selector.Matches(other.Labels()) && other.ControllerReference()?.Text("uid") == item.Uid()).Select(other => new ReplicaSet(other)).ToList();
        return PodsOf(d, owned).Count == 0 ? [Key(item)] : [];
    }

    private JsonObject? Resolve(string? ns, JsonObject reference) =>
        reference.Text("kind") == "Deployment" && _store.Find(Resources.Deployments, ns, reference.Text("name") ?? "") is { } d && d.Uid() == reference.Text("uid") ? d : null;
}

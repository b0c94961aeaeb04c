using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>
/// Deletes what lost its owners, in the background; deletes the dependents of an owner that is deleted in the foreground before it; and takes the owner away
/// from those that are to be orphaned.
/// </summary>
internal sealed class GarbageCollector(IObjectStore store, WorkQueue queue, ResourceKinds kinds) : IStubController
{
    private const string Orphan = "orphan";

    private readonly OwnershipGraph _graph = new();

    public string Name => "garbagecollector";

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before)
    {
        var item = change.Object;
        var key = new WorkKey(Name, change.Resource, item.Namespace(), item.Name());
        _graph.Observe(key, change, before);
        var gone = change.Type == "DELETED";
        var moved = !JsonNode.DeepEquals(before?.At("metadata", "ownerReferences"), item.At("metadata", "ownerReferences"));
        if (!gone && (moved || before is null || item.IsBeingDeleted()))
        {
            yield return key;
        }

        if (gone || (IsDeletingDependents(item) && before?.IsBeingDeleted() != true))
        {
            foreach (var dependent in _graph.DependentsOf(item.Uid()))
            {
                yield return dependent;
            }
        }

        if (gone || moved)
        {
            foreach (var owner in OwnershipGraph.Owners(before ?? item).Concat(OwnershipGraph.Owners(item)).Distinct().Select(_graph.Find).OfType<WorkKey>())
            {
                yield return owner;
            }
        }
    }

    public void Sync(WorkKey key)
    {
        if (store.Find(key.Resource, key.Namespace, key.Name) is not { } item)
        {
            return;
        }

        if (!item.IsBeingDeleted())
        {
            Collect(key, item);
        }
        else if (item.HasFinalizer(Orphan))
        {
            OrphanDependents(key, item);
        }
        else if (item.HasFinalizer(ForegroundFinalizer.Name) && key.Resource != Resources.Pods)
        {
            DeleteDependents(key, item);
        }
    }

    private static bool IsDeletingDependents(JsonObject item) => item.IsBeingDeleted() && item.HasFinalizer(ForegroundFinalizer.Name);

    private void Collect(WorkKey key, JsonObject item)
    {
        var solid = 0;
        HashSet<string> dangling = [];
        HashSet<string> waiting = [];
        foreach (var reference in item.OwnerReferences())
        {
            switch (Owner(reference, item.Namespace()))
            {
                case null:
                    dangling.Add(reference.Text("uid") ?? "");
                    break;
                case var owner when IsDeletingDependents(owner):
                    waiting.Add(owner.Uid());
                    break;
                default:
                    solid++;
                    break;
            }
        }

        var dependents = _graph.DependentsOf(item.Uid());
        if (solid > 0)
        {
            // One owner is enough to live; the others are forgotten, so that none waits for this object.
            store.PatchLatest(key.Resource, item, latest => Claims.RemoveOwners(latest, uid => dangling.Contains(uid) || waiting.Contains(uid)));
        }
        else if (waiting.Count > 0 && dependents.Count > 0)
        {
            if (dependents.Any(d => d.Resource != Resources.Pods && store.Find(d.Resource, d.Namespace, d.Name) is { } dependent && IsDeletingDependents(dependent)))
            {
                // Owners in a circle would wait for each other.
                store.PatchLatest(key.Resource, item, StopBlocking);
            }

            store.Delete(key.Resource, key.Namespace, key.Name, ForegroundFinalizer.Policy);
        }
        else if (dangling.Count > 0 || waiting.Count > 0)
        {
            Delete(key, item);
        }
    }

    private void Delete(WorkKey key, JsonObject item)
    {
        if (key.Resource == Resources.Pods)
        {
            store.DeletePod(item);
        }
        else
        {
            var policy = item.HasFinalizer(Orphan) ? "Orphan" : item.HasFinalizer(ForegroundFinalizer.Name) ? ForegroundFinalizer.Policy : "Background";
            store.Delete(key.Resource, key.Namespace, key.Name, policy);
        }
    }

    /// <summary>The owner, looked up by its name and known by its uid; null when it is gone.</summary>
    private JsonObject? Owner(JsonObject reference, string? ns)
    {
        var kind = kinds.Of(reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "")
            ?? throw new ApiException(404, "NotFound", $"no matches for kind {reference.Text("kind")} in {reference.Text("apiVersion")}");
        var owner = store.Find(kind.Resource, kind.IsNamespaced ? ns : null, reference.Text("name") ?? "");
        return owner?.Uid() == reference.Text("uid") ? owner : null;
    }

    private void DeleteDependents(WorkKey key, JsonObject item)
    {
        var blocking = new List<(WorkKey Key, JsonObject Item)>();
        foreach (var dependent in _graph.DependentsOf(item.Uid()))
        {
            if (store.Find(dependent.Resource, dependent.Namespace, dependent.Name) is { } found
                && found.OwnerReferences().Any(r => r.Text("uid") == item.Uid() && r.Flag("blockOwnerDeletion")))
            {
                blocking.Add((dependent, found));
            }
        }

        if (blocking.Count == 0)
        {
            store.RemoveFinalizer(key.Resource, item, ForegroundFinalizer.Name);
        }

        foreach (var (dependent, _) in blocking.Where(d => !d.Item.IsBeingDeleted()))
        {
            queue.Add(dependent);
        }
    }

    private void OrphanDependents(WorkKey key, JsonObject item)
    {
        foreach (var dependent in _graph.DependentsOf(item.Uid()))
        {
            if (store.Find(dependent.Resource, dependent.Namespace, dependent.Name) is { } found)
            {
                store.PatchLatest(dependent.Resource, found, latest => Claims.RemoveOwners(latest, uid => uid == item.Uid()));
            }
        }

        store.RemoveFinalizer(key.Resource, item, Orphan);
    }

    private static bool StopBlocking(JsonObject item)
    {
        var blocking = item.OwnerReferences().Where(r => r.Flag("blockOwnerDeletion")).ToList();
        blocking.ForEach(r => r["blockOwnerDeletion"] = false);
        return blocking.Count > 0;
    }
}

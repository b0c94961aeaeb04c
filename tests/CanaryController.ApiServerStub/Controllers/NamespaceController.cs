using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Empties a namespace that is being deleted, and lets it go when nothing is left. What has finalizers is waited for.</summary>
internal sealed class NamespaceController(IObjectStore store, ResourceKinds kinds) : IStubController
{
    public string Name => "namespace";

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before)
    {
        if (change.Resource == Resources.Namespaces)
        {
            return [Key(change.Object.Name())];
        }

        return change.Object.Namespace() is { } ns && store.IsTerminating(ns) ? [Key(ns)] : [];
    }

    public void Sync(WorkKey key)
    {
        if (store.Find(Resources.Namespaces, null, key.Name) is not { } ns || !ns.IsBeingDeleted())
        {
            return;
        }

        if (ns.Text("status", "phase") != "Terminating")
        {
            ns.Child("status")["phase"] = "Terminating";
            ns = store.Update(Resources.Namespaces, ns, "status");
        }

        var left = false;
        foreach (var kind in kinds.All.Where(k => k.IsNamespaced))
        {
            foreach (var item in store.ListServed(kind.Resource, key.Name))
            {
                if (!item.IsBeingDeleted())
                {
                    Delete(kind, item);
                }

                left |= store.Find(kind.Resource, key.Name, item.Name()) is not null;
            }
        }

        if (!left && ns.At("spec", "finalizers") is JsonArray { Count: > 0 })
        {
            ns.Child("spec")["finalizers"] = new JsonArray();
            store.Update(Resources.Namespaces, ns, "finalize");
        }
    }

    private void Delete(ResourceKind kind, JsonObject item)
    {
        if (kind.Resource == Resources.Pods)
        {
            store.DeletePod(item);
        }
        else
        {
            store.Delete(kind.Resource, item.Namespace(), item.Name(), "Background");
        }
    }

    private WorkKey Key(string ns) => new(Name, Resources.Namespaces, null, ns);
}

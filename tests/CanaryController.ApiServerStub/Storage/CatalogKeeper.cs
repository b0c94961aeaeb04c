using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Keeps the catalog as the CRDs that are there say. All but <see cref="Current"/> is called with the database's gate held.</summary>
internal sealed class CatalogKeeper(Database database)
{
    private const string Crds = "apiextensions.k8s.io/customresourcedefinitions";
    private volatile Catalog _current = Catalog.Builtin();

    public Catalog Current => _current;

    public void Written(string key, JsonObject obj)
    {
        if (key == Crds)
        {
            _current = _current.With(Catalog.OfCrd(obj));
        }
    }

    public void Removed(string key, JsonObject obj)
    {
        if (key == Crds)
        {
            _current = _current.Without(KeyOf(obj));
        }
        else if (_current.Find(key) is { IsCustom: true } type)
        {
            Finish(type);
        }
    }

    /// <summary>Ends a deleted CRD of which no resource is left.</summary>
    public void Finish(ResourceType type)
    {
        if (database.Find(Crds, "", type.GroupResource)?.Parse() is { } crd && crd.Map("metadata").Str("deletionTimestamp") is not null && database.Table(type.Key).IsEmpty)
        {
            var metadata = crd.Map("metadata")!;
            metadata["finalizers"] = new JsonArray([.. (metadata.List("finalizers") ?? []).Where(finalizer => finalizer!.GetValue<string>() != CrdRules.Finalizer).Select(finalizer => finalizer!.DeepClone())]);
            if (Lifecycle.IsOver(Crds, crd))
            {
                database.Remove(Crds, crd);
                _current = _current.Without(type.Key);
            }
            else
            {
                database.Put(Crds, crd);
            }
        }
    }

    public void CheckNotTerminating(ResourceType type)
    {
        if (type.IsCustom && database.Find(Crds, "", type.GroupResource)?.Parse().Map("metadata").Str("deletionTimestamp") is not null)
        {
            throw Refusal.Of(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating");
        }
    }

    public static string KeyOf(JsonObject crd) => $"{crd.Map("spec").Str("group")}/{crd.Map("spec").Map("names").Str("plural")}";
}

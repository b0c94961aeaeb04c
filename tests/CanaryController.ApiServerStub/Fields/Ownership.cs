using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Fields;

/// <summary>Keeps managedFields: for ordinary writes (what changed belongs to the writer) and for server-side apply.</summary>
internal static class Ownership
{
    private static readonly FieldSet _neverOwned = FieldSet.FromJson((JsonObject)JsonNode.Parse("""
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},"f:uid":{},"f:generation":{},"f:managedFields":{},"f:resourceVersion":{}}}
        """)!);

    /// <summary>Records an ordinary write in <paramref name="next"/>. Nobody tracks an object that exists and has no managers.</summary>
    public static void Update(JsonObject live, JsonObject next, bool isCreate, Schema schema, ManagerKey writer, FieldSet ignored, string now, bool emptyResets = false)
    {
        var managers = Managers.OfWrite(live, next, writer.Subresource != "", emptyResets);
        if (!managers.IsEmpty || isCreate)
        {
            Take(managers, Bare(live), Bare(next), schema, writer, ignored, now);
        }

        managers.WriteTo(next);
    }

    /// <summary>What applying the configuration makes of the object.</summary>
    /// <exception cref="Storage.ApiException">409: others manage fields that it would change, and it is not forced.</exception>
    public static JsonObject Apply(JsonObject live, JsonObject config, bool isCreate, Schema schema, ManagerKey applier, bool force, FieldSet ignored, string now)
    {
        var apiVersion = config.Str("apiVersion")!;
        var managers = Managers.Of(live);
        var before = Bare(live);
        if (managers.IsEmpty && !isCreate)
        {
            Take(managers, [], before, schema, ManagerKey.Updater("before-first-apply", apiVersion, applier.Subresource), ignored, now);
        }

        var wanted = Bare(config);
        var last = managers.Find(applier);
        var applied = FieldWalk.SetOf(wanted, schema).Difference(_neverOwned).WithoutTrees(ignored);
        managers.Set(new(applier, apiVersion, last?.Time, applied));
        var merged = (JsonObject)FieldMerge.Merge(before, wanted, schema)!;
        var next = last is null || last.Fields.IsEmpty ? merged : Prune(merged, managers, last.Fields, schema);
        var unchanged = !isCreate && Canonical.Same(next, before);
        Settle(managers, FieldWalk.Compare(before, next, schema), applier, force, ignored);
        if (!unchanged && managers.Find(applier) is { } mine)
        {
            managers.Set(mine with { Time = now });
        }

        managers.WriteTo(next);
        return next;
    }

    private static void Take(Managers managers, JsonObject live, JsonObject next, Schema schema, ManagerKey writer, FieldSet ignored, string? now)
    {
        var changes = FieldWalk.Compare(live, next, schema);
        Settle(managers, changes, writer: null, force: true, ignored);
        var taken = changes.Added.Union(changes.Modified).Difference(_neverOwned).WithoutTrees(ignored);
        if (!taken.IsEmpty)
        {
            var owned = managers.Find(writer)?.Fields ?? new FieldSet();
            managers.Set(new(writer, writer.ApiVersion, now, owned.Union(taken)));
        }
    }

    // What changed is taken from the other managers, or is a conflict; what is gone belongs to nobody.
    private static void Settle(Managers managers, FieldChanges changes, ManagerKey? writer, bool force, FieldSet ignored)
    {
        var changed = changes.Added.Union(changes.Modified).WithoutTrees(ignored);
        var conflicts = (from manager in managers.All
                         where manager.Key != writer
                         let fields = manager.Fields.Intersection(changed)
                         where !fields.IsEmpty
                         select (manager.Key, Fields: fields)).ToList();
        if (!force && conflicts.Count > 0)
        {
            throw ApplyConflict.Of(conflicts);
        }

        foreach (var manager in managers.All.Where(manager => manager.Key != writer).ToList())
        {
            var lost = conflicts.Find(conflict => conflict.Key == manager.Key).Fields ?? new FieldSet();
            managers.Set(manager with { Fields = manager.Fields.Difference(lost).Difference(changes.Removed) });
        }
    }

    // Fields that the applier no longer applies go, unless another manager has them or the applier did not have them before.
    private static JsonObject Prune(JsonObject merged, Managers managers, FieldSet last, Schema schema)
    {
        var lastNamed = last.WithNamedFields(schema);
        var pruned = FieldMerge.Remove(merged, lastNamed, schema) as JsonObject ?? [];
        var all = FieldWalk.SetOf(merged, schema).WithNamedFields(schema);
        var kept = FieldWalk.SetOf(pruned, schema).WithNamedFields(schema).Union(managers.Fields().WithNamedFields(schema));
        pruned = FieldMerge.Remove(merged, all.Difference(kept), schema) as JsonObject ?? [];
        var left = FieldWalk.SetOf(pruned, schema).WithNamedFields(schema);
        return FieldMerge.Remove(merged, all.Difference(left).Intersection(lastNamed), schema) as JsonObject ?? [];
    }

    private static JsonObject Bare(JsonObject obj)
    {
        var bare = (JsonObject)obj.DeepClone();
        bare.Map("metadata")?.Remove("managedFields");
        return bare;
    }
}

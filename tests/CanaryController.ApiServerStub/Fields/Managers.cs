using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Fields;

/// <summary>Who owns which fields of an object: its <c>metadata.managedFields</c>.</summary>
internal sealed class Managers
{
    private readonly List<FieldManager> _all;

    private Managers(List<FieldManager> all) => _all = all;

    public bool IsEmpty => _all.Count == 0;

    public IEnumerable<FieldManager> All => _all;

    /// <summary>What an object says; an entry that cannot be read makes it say nothing.</summary>
    public static Managers Of(JsonObject obj)
    {
        var read = new List<FieldManager>();
        foreach (var entry in obj.Map("metadata").List("managedFields") ?? [])
        {
            if (FieldManager.Read(entry) is not { } manager)
            {
                return new([]);
            }

            read.Add(manager);
        }

        return new(read);
    }

    /// <summary>Which managers a write begins with: those that it names itself, else the object's. A list of one empty entry resets them.</summary>
    /// <remarks>An empty list resets those of a built-in kind and is ignored for a custom resource, as seen on Kubernetes 1.26.</remarks>
    public static Managers OfWrite(JsonObject live, JsonObject written, bool subresource, bool emptyResets)
    {
        var named = written.Map("metadata").List("managedFields");
        if (subresource || named is null)
        {
            return Of(live);
        }

        if (named is [JsonObject { Count: 0 }] || (named.Count == 0 && emptyResets))
        {
            return new([]);
        }

        var managers = Of(written);
        return managers.IsEmpty ? Of(live) : managers;
    }

    public FieldManager? Find(ManagerKey key) => _all.Find(manager => manager.Key == key);

    public void Set(FieldManager manager)
    {
        _all.RemoveAll(other => other.Key == manager.Key);
        if (!manager.Fields.IsEmpty)
        {
            _all.Add(manager);
        }
    }

    public FieldSet Fields()
    {
        var all = new FieldSet();
        return _all.Aggregate(all, (sum, manager) => sum.Union(manager.Fields));
    }

    public void WriteTo(JsonObject obj)
    {
        var metadata = obj.Ensure("metadata");
        if (_all.Count == 0)
        {
            metadata.Remove("managedFields");
            return;
        }

        var ordered = _all.OrderBy(manager => manager.Key.Operation, StringComparer.Ordinal).ThenBy(manager => manager.Time, StringComparer.Ordinal)
            .ThenBy(manager => manager.Key.Name, StringComparer.Ordinal).ThenBy(manager => manager.ApiVersion, StringComparer.Ordinal).ThenBy(manager => manager.Key.Subresource, StringComparer.Ordinal);
        metadata["managedFields"] = new JsonArray([.. ordered.Select(manager => manager.ToJson())]);
    }
}

/// <summary>Who a manager is. Appliers are one whatever version they apply; for them <see cref="ApiVersion"/> is empty.</summary>
internal sealed record ManagerKey(string Name, string Operation, string ApiVersion, string Subresource)
{
    public static ManagerKey Applier(string name, string? subresource) => new(name, "Apply", "", subresource ?? "");

    public static ManagerKey Updater(string name, string apiVersion, string? subresource) => new(name, "Update", apiVersion, subresource ?? "");

    public override string ToString() =>
        $"\"{Name}\"{(Subresource == "" ? "" : $" with subresource \"{Subresource}\"")}{(Operation == "Update" ? $" using {ApiVersion}" : "")}";
}

/// <summary>One manager and its fields.</summary>
internal sealed record FieldManager(ManagerKey Key, string ApiVersion, string? Time, FieldSet Fields)
{
    public static FieldManager? Read(JsonNode? entry)
    {
        if (entry.Str("operation") is not ("Apply" or "Update") || entry.Str("apiVersion") is not { } apiVersion || entry.Str("fieldsType") != "FieldsV1")
        {
            return null;
        }

        var key = new ManagerKey(entry.Str("manager") ?? "", entry.Str("operation")!, entry.Str("operation") == "Apply" ? "" : apiVersion, entry.Str("subresource") ?? "");
        return new(key, apiVersion, entry.Str("time"), FieldSet.FromJson(entry.Map("fieldsV1") ?? []));
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["manager"] = Key.Name, ["operation"] = Key.Operation, ["apiVersion"] = ApiVersion };
        if (Time is not null)
        {
            json["time"] = Time;
        }

        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = Fields.ToJson();
        if (Key.Subresource != "")
        {
            json["subresource"] = Key.Subresource;
        }

        return json;
    }
}

/// <summary>The fields that somebody else manages and that an unforced apply would change.</summary>
internal static class ApplyConflict
{
    public static ApiException Of(IReadOnlyList<(ManagerKey Manager, FieldSet Fields)> conflicts)
    {
        var causes = new JsonArray();
        var count = 0;
        var parts = new List<string>();
        foreach (var (manager, fields) in conflicts.OrderBy(conflict => conflict.Manager.ToString(), StringComparer.Ordinal))
        {
            var paths = fields.Paths().ToList();
            count += paths.Count;
            parts.Add(paths.Count == 1 ? $"conflict with {manager}: {paths[0]}" : $"conflicts with {manager}:\n{string.Join('\n', paths.Select(path => "- " + path))}");
            foreach (var path in paths)
            {
                causes.Add(new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with {manager}", ["field"] = path });
            }
        }

        return Refusal.Of(409, "Conflict", $"Apply failed with {count} conflict{(count == 1 ? "" : "s")}: {string.Join('\n', parts)}", new() { ["causes"] = causes });
    }
}

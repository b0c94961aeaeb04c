using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Answers GET and LIST. The pages of one list all show the same moment.</summary>
internal sealed class Lists(Database database)
{
    private const int MaxOpenLists = 1024;
    private readonly Queue<(string Id, OpenList List)> _open = new();
    private readonly Lock _gate = new();
    private long _lastId;

    public Answer Get(Call call)
    {
        var stored = database.Find(call.Type.AliasOf ?? call.Type.Key, call.Path.Namespace, call.Path.Name) ?? throw Refusal.NotFound(call.Type, call.Path.Name);
        return new(200, Text(call.Type, call.Version, stored));
    }

    public Answer List(Call call)
    {
        var selectors = call.Selectors();
        var limit = int.TryParse(call.Query("limit"), CultureInfo.InvariantCulture, out var number) && number > 0 ? number : int.MaxValue;
        var open = call.Query("continue") is { Length: > 0 } token ? Reopen(call.Type, token) : Open(call);
        var selected = new List<StoredObject>();
        var next = open.Start;
        for (; next < open.Items.Count; next++)
        {
            if (selectors.Matches(open.Items[next]))
            {
                if (selected.Count == limit)
                {
                    break;
                }

                selected.Add(open.Items[next]);
            }
        }

        var metadata = new JsonObject { ["resourceVersion"] = open.Version.ToString(CultureInfo.InvariantCulture) };
        if (next < open.Items.Count)
        {
            metadata["continue"] = Keep(open with { Start = next });
            if (selectors.SelectsAll)
            {
                metadata["remainingItemCount"] = open.Items.Count - next;
            }
        }

        return new(200, Write(call.Type, call.Version, metadata, selected));
    }

    public static ReadOnlyMemory<byte> Text(ResourceType type, ResourceVersion version, StoredObject stored) =>
        Versions.IsStoredForm(type, version) ? stored.Json : Encoding.UTF8.GetBytes(Versions.View(type, version, stored.Parse()).ToJsonString(Canonical.Relaxed));

    /// <summary>The list as text; items of built-in kinds do not repeat their kind.</summary>
    public static ReadOnlyMemory<byte> Write(ResourceType type, ResourceVersion version, JsonObject metadata, IReadOnlyList<StoredObject> items)
    {
        var text = new ArrayBufferWriter<byte>(Math.Max(256, items.Sum(item => item.Json.Length + 1)));
        text.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.ListKind}\",\"apiVersion\":\"{type.ApiVersion(version.Name)}\",\"metadata\":{metadata.ToJsonString(Canonical.Relaxed)},\"items\":["));
        var typeMeta = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{type.ApiVersion(version.Name)}\",\"kind\":\"{type.Kind}\",");
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
            {
                text.Write(","u8);
            }

            if (type.IsCustom)
            {
                text.Write(Text(type, version, items[i]).Span);
            }
            else if (Versions.IsStoredForm(type, version) && items[i].Json.AsSpan().StartsWith(typeMeta))
            {
                text.Write("{"u8);
                text.Write(items[i].Json.AsSpan(typeMeta.Length));
            }
            else
            {
                var item = Versions.View(type, version, items[i].Parse());
                item.Remove("kind");
                item.Remove("apiVersion");
                text.Write(Encoding.UTF8.GetBytes(item.ToJsonString(Canonical.Relaxed)));
            }
        }

        text.Write("]}"u8);
        return text.WrittenMemory;
    }

    private OpenList Open(Call call)
    {
        var (table, version) = database.Snapshot(call.Type.AliasOf ?? call.Type.Key);
        if (long.TryParse(call.Query("resourceVersion"), CultureInfo.InvariantCulture, out var wanted) && wanted > 0)
        {
            if (wanted > version)
            {
                throw Refusal.Of(504, "Timeout", $"Too large resource version: {wanted}, current: {version}");
            }

            if (call.Query("resourceVersionMatch") == "Exact" && wanted != version)
            {
                throw Refusal.Expired("The provided resource version is too old: this server lists the present only.");
            }
        }

        return new(call.Type.Key, [.. table.Values], version, 0);
    }

    private string Keep(OpenList list)
    {
        lock (_gate)
        {
            var id = (++_lastId).ToString(CultureInfo.InvariantCulture);
            _open.Enqueue((id, list));
            if (_open.Count > MaxOpenLists)
            {
                _open.Dequeue();
            }

            return Convert.ToBase64String(Encoding.UTF8.GetBytes($"list-{id}")).TrimEnd('=');
        }
    }

    private OpenList Reopen(ResourceType type, string token)
    {
        lock (_gate)
        {
            var kept = _open.FirstOrDefault(entry => Convert.ToBase64String(Encoding.UTF8.GetBytes($"list-{entry.Id}")).TrimEnd('=') == token).List;
            return kept is not null && kept.Resource == type.Key && !database.IsForgotten(kept.Version)
                ? kept
                : throw Refusal.Expired("The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.");
        }
    }

    private sealed record OpenList(string Resource, IReadOnlyList<StoredObject> Items, long Version, int Start);
}

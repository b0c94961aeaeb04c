using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>How entries are written: by compare-and-set, and only when the rules allow it.</summary>
internal sealed partial class FakeConsul
{
    private async Task PutAsync(HttpContext context)
    {
        var entry = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        var (status, body) = (200, "true");
        lock (_lock)
        {
            var (kind, name) = ((string)entry["Kind"]!, (string)entry["Name"]!);
            var existing = Find(kind, name);
            ulong? cas = ulong.TryParse(context.Request.Query["cas"], CultureInfo.InvariantCulture, out var asked) ? asked : null;
            var stored = ConsulRules.Normalized(entry);
            if (IsStrict && ConsulRules.Unknown(entry) is { } unknown)
            {
                (status, body) = (400, $"Request decoding failed: 1 error occurred:\n\t* invalid config key \"{unknown}\"\n\n");
            }
            else if (ConsulRules.Validate(entry) is { } wrong)
            {
                (status, body) = (500, wrong);
            }
            else if (existing is not null && JsonNode.DeepEquals(Bare(existing), Bare(stored)))
            {
                // What is there already is true, whatever the condition.
            }
            else if (cas is { } index && index != (existing is null ? 0UL : (ulong)existing["ModifyIndex"]!))
            {
                body = "false";
            }
            else if (ConsulRules.Chain(name, (k, n) => (k, n) == (kind, name) ? stored : Find(k, n)) is { } broken)
            {
                (status, body) = (500, broken);
            }
            else
            {
                Store(stored);
                Written($"PUT {kind}");
            }
        }

        await AnswerAsync(context, status, body);
    }

    private Task DeleteAsync(HttpContext context, string kind, string name)
    {
        ulong? cas = ulong.TryParse(context.Request.Query["cas"], CultureInfo.InvariantCulture, out var asked) ? asked : null;
        var (status, body) = (200, cas is null ? "{}" : "true");
        lock (_lock)
        {
            if (Find(kind, name) is { } existing)
            {
                if (cas is { } index && index != (ulong)existing["ModifyIndex"]!)
                {
                    body = "false";
                }
                else if (ConsulRules.Chain(name, (k, n) => (k, n) == (kind, name) ? null : Find(k, n)) is { } broken)
                {
                    (status, body) = (500, broken);
                }
                else
                {
                    _entries.Remove((kind, name));
                    _entriesIndex = Change();
                    Written($"DELETE {kind}");
                }
            }
        }

        return AnswerAsync(context, status, body);
    }

    private JsonObject? Find(string kind, string name) => _entries.GetValueOrDefault((kind, name));

    private void Store(JsonObject entry)
    {
        var key = ((string)entry["Kind"]!, (string)entry["Name"]!);
        var created = _entries.GetValueOrDefault(key)?["CreateIndex"]?.DeepClone();
        _entriesIndex = Change();
        entry["CreateIndex"] = created ?? _index;
        entry["ModifyIndex"] = _index;
        _entries[key] = entry;
    }

    private ulong Change()
    {
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return ++_index;
    }

    private static JsonObject Bare(JsonObject entry)
    {
        var bare = entry.DeepClone().AsObject();
        bare.Remove("CreateIndex");
        bare.Remove("ModifyIndex");
        return bare;
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>One request of a conversation with Consul, and what is said of the answer.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">With its query. <c>INDEX</c> stands for the <c>ModifyIndex</c> that was read last.</param>
/// <param name="Body">JSON; null = none.</param>
internal sealed record ConsulExchange(string Method, string Path, string? Body = null)
{
    /// <summary>Asks, and puts the answer into one line: the status, whether it had an index, and the body without what differs from one Consul to the next.</summary>
    public async Task<(string Line, ulong? Index)> AskAsync(HttpClient http, ulong index, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new(Method), Path.Replace("INDEX", index.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        request.Content = Body is null ? null : JsonContent.Create(JsonNode.Parse(Body));
        using var answer = await http.SendAsync(request, cancellation);
        var text = (await answer.Content.ReadAsStringAsync(cancellation)).Trim();
        var json = Parse(text);
        var found = json is JsonObject entry && entry["ModifyIndex"] is { } modified ? modified.GetValue<ulong>() : (ulong?)null;
        var hasIndex = answer.Headers.TryGetValues("X-Consul-Index", out var values) && ulong.Parse(values.First(), System.Globalization.CultureInfo.InvariantCulture) > 0;
        return ($"{(int)answer.StatusCode}{(hasIndex ? " indexed" : "")} {(json is null ? Said(text) : Bare(json)?.ToJsonString() ?? "null")}", found);
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Errors stand on several lines. From 1.10 to 1.15 some words of them changed: those are left out, and so is what the parser of expressions says beside that it failed.</summary>
    private static string Said(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = line.Replace("Bad request: ", "", StringComparison.Ordinal).Replace(", partition=\"\"", "", StringComparison.Ordinal).Replace("subset subset", "subset", StringComparison.Ordinal);
        return line.IndexOf("expression evaluator:", StringComparison.Ordinal) is > 0 and var at ? line[..at] : line;
    }

    /// <summary>What is stored, without the indexes and without members that say nothing.</summary>
    private static JsonNode? Bare(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(member => member.Key is not ("CreateIndex" or "ModifyIndex" or "Hash")).Select(member => KeyValuePair.Create(member.Key, Bare(member.Value)))
            .Where(member => member.Value is not (null or JsonObject { Count: 0 })).OrderBy(member => member.Key, StringComparer.Ordinal)),
        JsonArray list => new JsonArray([.. list.Select(Bare)]),
        JsonValue or null => node?.DeepClone(),
        _ => throw new ArgumentException("Unknown JSON.", nameof(node)),
    };
}

using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Patches;

/// <summary>JSON Patch (RFC 6902). An operation that does not apply, a failed <c>test</c> among them, answers 422; a patch that cannot be read 400.</summary>
internal static class JsonPatch
{
    private const int MaxOperations = 10_000;

    public static JsonObject Apply(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonArray operations || operations.Any(operation => operation is not JsonObject))
        {
            throw Refusal.BadRequest("error decoding patch: a JSON patch is a list of operations");
        }

        if (operations.Count > MaxOperations)
        {
            throw Refusal.Of(413, "RequestEntityTooLarge", $"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}");
        }

        JsonNode? document = target.DeepClone();
        foreach (var operation in operations)
        {
            document = Step(document, (JsonObject)operation!);
        }

        return document as JsonObject ?? throw DoesNotApply();
    }

    private static JsonNode? Step(JsonNode? document, JsonObject operation)
    {
        var path = Pointer(operation.Str("path"));
        switch (operation.Str("op"))
        {
            case "add":
                return Add(document, path, Value(operation));
            case "replace":
                // A key that is not there is set, as the API server's library has it; an index must be there.
                return path.Count == 0 ? Value(operation) : Replace(document, path, Value(operation));
            case "remove":
                return Remove(document, path);
            case "test":
                // A test for null holds for what is absent, as the API server's library has it.
                var found = operation["value"] is null ? FindOrNull(document, path) : Find(document, path);
                return Canonical.Same(found, operation["value"]) ? document : throw DoesNotApply();
            case "copy":
                return Add(document, path, Find(document, Pointer(operation.Str("from")))?.DeepClone());
            case "move":
                var from = Pointer(operation.Str("from"));
                var moved = Find(document, from)?.DeepClone();
                return Add(Remove(document, from), path, moved);
            default:
                throw DoesNotApply();
        }
    }

    private static JsonNode? Add(JsonNode? document, List<string> path, JsonNode? value)
    {
        if (path.Count == 0)
        {
            return value;
        }

        switch (Find(document, path[..^1]))
        {
            case JsonObject map:
                map[path[^1]] = value;
                return document;
            case JsonArray list:
                list.Insert(path[^1] == "-" ? list.Count : Index(path[^1], list.Count + 1), value);
                return document;
            default:
                throw DoesNotApply();
        }
    }

    private static JsonNode? Replace(JsonNode? document, List<string> path, JsonNode? value)
    {
        switch (Find(document, path[..^1]))
        {
            case JsonObject map:
                map[path[^1]] = value;
                return document;
            case JsonArray list:
                list[Index(path[^1], list.Count)] = value;
                return document;
            default:
                throw DoesNotApply();
        }
    }

    private static JsonNode? Remove(JsonNode? document, List<string> path)
    {
        if (path.Count == 0)
        {
            throw DoesNotApply();
        }

        switch (Find(document, path[..^1]))
        {
            case JsonObject map when map.Remove(path[^1]):
                return document;
            case JsonArray list:
                list.RemoveAt(Index(path[^1], list.Count));
                return document;
            default:
                throw DoesNotApply();
        }
    }

    private static JsonNode? Find(JsonNode? document, List<string> path)
    {
        foreach (var part in path)
        {
            document = document switch
            {
                JsonObject map when map.TryGetPropertyValue(part, out var found) => found,
                JsonArray list => list[Index(part, list.Count)],
                _ => throw DoesNotApply(),
            };
        }

        return document;
    }

    private static JsonNode? FindOrNull(JsonNode? document, List<string> path)
    {
        if (path.Count == 0)
        {
            return document;
        }

        return Find(document, path[..^1]) switch
        {
            JsonObject map => map[path[^1]],
            JsonArray list => list[Index(path[^1], list.Count)],
            _ => throw DoesNotApply(),
        };
    }

    private static int Index(string text, int limit) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < limit && (text == "0" || text[0] != '0') ? index : throw DoesNotApply();

    private static JsonNode? Value(JsonObject operation) => operation.ContainsKey("value") ? operation["value"]?.DeepClone() : throw DoesNotApply();

    private static List<string> Pointer(string? text) => text switch
    {
        null => throw DoesNotApply(),
        "" => [],
        ['/', .. var rest] => [.. rest.Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))],
        _ => throw DoesNotApply(),
    };

    private static ApiException DoesNotApply() => Refusal.Of(422, "Invalid", "the server rejected our request due to an error in our request", []);
}

using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>
/// The types of the built-in resources, from <c>builtin-types.txt</c>: fields, how lists and maps are merged, which fields are always written and which
/// only when they say something, as a
/// Kubernetes 1.26 API server publishes them. A line without indentation names a type; an indented one is a field: name, type and marks.
/// </summary>
internal static class BuiltinTypes
{
    private static readonly Lazy<Dictionary<string, TypeEntry>> _types = new(Read);

    public static Schema Of(string name) => Resolve(name, []);

    private static Dictionary<string, TypeEntry> Read()
    {
        var types = new Dictionary<string, TypeEntry>(StringComparer.Ordinal);
        using var stream = typeof(BuiltinTypes).Assembly.GetManifestResourceStream("builtin-types.txt")!;
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in lines.Where(line => line[0] != ' '))
        {
            var words = line.Split(' ');
            types[words[0]] = new(new(StringComparer.Ordinal), [], words.Contains("atomic", StringComparer.Ordinal));
        }

        TypeEntry? current = null;
        _reading = types;
        foreach (var line in lines)
        {
            if (line[0] != ' ')
            {
                current = types[line.Split(' ')[0]];
                continue;
            }

            var words = line.Trim().Split(' ');
            current!.Fields[words[0]] = Resolve(words[1], words[2..]);
            if (words.Contains("required", StringComparer.Ordinal))
            {
                current.Required.Add(words[0]);
            }
        }

        return types;
    }

    // Types name each other: while the file is read, its entries are there and are filled one after the other.
    [ThreadStatic]
    private static Dictionary<string, TypeEntry>? _reading;

    private static Schema Resolve(string type, string[] marks)
    {
        var @default = Mark(marks, "default=");
        var fallback = @default is null ? null : JsonNode.Parse(@default);
        var (omit, nothing) = (marks.Contains("omitempty", StringComparer.Ordinal), marks.Contains("always=null", StringComparer.Ordinal));
        var always = nothing || marks.Contains("always", StringComparer.Ordinal);
        if (type.StartsWith("[]", StringComparison.Ordinal))
        {
            var items = Resolve(type[2..], []);
            var patch = Mark(marks, "patch=")?.Split(':');
            var keys = Mark(marks, "keys=")?.Split(',') ?? (patch is [_, var only] ? [only] : null);
            var merged = patch is not null && patch[0].Contains("merge", StringComparison.Ordinal);
            var listType = keys is not null ? "map" : marks.Contains("set", StringComparer.Ordinal) || (merged && !marks.Contains("atomic", StringComparer.Ordinal)) ? "set" : "atomic";
            return new()
            {
                Type = "array",
                Items = items,
                ListType = listType,
                ListKeys = keys?.Order(StringComparer.Ordinal).ToArray() ?? [],
                PatchMerge = merged,
                PatchMergeKey = patch is [_, var key] ? key : "",
                OmitZero = omit,
                Always = always,
                AlwaysNull = nothing,
            };
        }

        if (type.StartsWith("{}", StringComparison.Ordinal))
        {
            return new() { Type = "object", Additional = Resolve(type[2..], []), AtomicMap = marks.Contains("atomic", StringComparer.Ordinal), OmitZero = omit, Always = always, AlwaysNull = nothing };
        }

        switch (type)
        {
            case "any": return new() { Preserve = true, AtomicMap = true };
            case "string": return Scalar("string", "", fallback, "\"\"", omit, always, nothing);
            case "bool": return Scalar("boolean", "", fallback, "false", omit, always, nothing);
            case "int32" or "int64": return Scalar("integer", type, fallback, "0", omit, always, nothing);
            case "number": return Scalar("number", "", fallback, "0", omit, always, nothing);
            case "intstr": return new() { IntOrString = true, Default = JsonValue.Create(0), Always = always, AlwaysNull = nothing };
            case "quantity": return new() { IntOrString = true, Format = "quantity", Default = JsonValue.Create("0"), Always = always, AlwaysNull = nothing };
            case "time" or "microtime": return new() { Type = "string", Format = "date-time", Always = always, AlwaysNull = true };
            default: break;
        }

        var entry = (_reading ?? _types.Value)[type];
        return new()
        {
            Type = "object",
            Properties = entry.Fields,
            Required = entry.Required,
            Always = always,
            AlwaysNull = nothing,
            AtomicMap = entry.Atomic || marks.Contains("atomic", StringComparer.Ordinal),
            PatchRetainKeys = Mark(marks, "patch=") == "retainKeys",
        };
    }

    private static Schema Scalar(string type, string format, JsonNode? fallback, string zero, bool omit, bool always, bool nothing) => new()
    {
        Type = type,
        Format = format,
        Default = fallback ?? JsonNode.Parse(zero),
        HasDefault = fallback is not null,
        OmitZero = omit,
        Always = always,
        AlwaysNull = nothing,
    };

    private static string? Mark(string[] marks, string prefix) => Array.Find(marks, mark => mark.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];

    private sealed record TypeEntry(Dictionary<string, Schema> Fields, List<string> Required, bool Atomic);
}

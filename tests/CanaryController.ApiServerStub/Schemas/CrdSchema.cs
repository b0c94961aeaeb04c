using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CanaryController.ApiServerStub.Schemas;

/// <summary>
/// Reads a CRD's <c>openAPIV3Schema</c>. Rules in CEL (<c>x-kubernetes-validations</c>) are not evaluated: what they alone refuse is accepted here and refused by a
/// real API server.
/// </summary>
internal static class CrdSchema
{
    private static readonly TimeSpan _patternLimit = TimeSpan.FromSeconds(1);

    /// <summary>The schema of a whole custom resource: what the CRD says, with apiVersion, kind and metadata.</summary>
    public static Schema OfResource(JsonObject? schema)
    {
        var read = Read(schema ?? new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true });
        var properties = read.Properties ?? new(StringComparer.Ordinal);
        var whole = Read(schema ?? [], properties, preserve: read.Preserve, type: "object");
        AddTypeMeta(properties);
        return whole;
    }

    private static void AddTypeMeta(Dictionary<string, Schema> properties)
    {
        properties["apiVersion"] = new() { Type = "string" };
        properties["kind"] = new() { Type = "string" };
        properties["metadata"] = BuiltinTypes.Of("meta.v1.ObjectMeta");
    }

    private static Schema Read(JsonObject json, Dictionary<string, Schema>? properties = null, bool? preserve = null, string? type = null)
    {
        if (properties is null && json.Map("properties") is { } described)
        {
            properties = described.ToDictionary(entry => entry.Key, entry => Read(entry.Value as JsonObject ?? []), StringComparer.Ordinal);
        }

        var embedded = json.Flag("x-kubernetes-embedded-resource") == true;
        if (embedded)
        {
            AddTypeMeta(properties ??= new(StringComparer.Ordinal));
        }

        var kind = type ?? json.Str("type") ?? "";
        return new()
        {
            Type = kind,
            Format = json.Str("format") ?? "",
            IntOrString = json.Flag("x-kubernetes-int-or-string") == true,
            Nullable = json.Flag("nullable") == true,
            Preserve = preserve ?? json.Flag("x-kubernetes-preserve-unknown-fields") == true,
            Embedded = embedded,
            Properties = properties,
            Additional = json.Map("additionalProperties") is { } additional ? Read(additional) : json.Flag("additionalProperties") == true ? Schema.Any : null,
            Items = json.Map("items") is { } items ? Read(items) : null,
            ListType = json.Str("x-kubernetes-list-type") ?? "",
            ListKeys = Strings(json, "x-kubernetes-list-map-keys").Order(StringComparer.Ordinal).ToArray(),
            AtomicMap = json.Str("x-kubernetes-map-type") == "atomic",
            Default = json["default"]?.DeepClone(),
            HasDefault = json.ContainsKey("default"),
            Required = Strings(json, "required"),
            Enum = json.List("enum")?.Select(value => value?.DeepClone()).ToList(),
            Minimum = Real(json, "minimum"),
            Maximum = Real(json, "maximum"),
            ExclusiveMinimum = json.Flag("exclusiveMinimum") == true,
            ExclusiveMaximum = json.Flag("exclusiveMaximum") == true,
            MultipleOf = Real(json, "multipleOf"),
            MinLength = (int?)json.Num("minLength"),
            MaxLength = (int?)json.Num("maxLength"),
            MinItems = (int?)json.Num("minItems"),
            MaxItems = (int?)json.Num("maxItems"),
            MinProperties = (int?)json.Num("minProperties"),
            MaxProperties = (int?)json.Num("maxProperties"),
            UniqueItems = json.Flag("uniqueItems") == true,
            Pattern = json.Str("pattern") is { } pattern ? new Regex(pattern, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, _patternLimit) : null,
            AllOf = Several(json, "allOf"),
            AnyOf = Several(json, "anyOf"),
            OneOf = Several(json, "oneOf"),
            Not = json.Map("not") is { } not ? Read(not) : null,
        };
    }

    private static List<Schema> Several(JsonObject json, string name) => json.List(name)?.OfType<JsonObject>().Select(part => Read(part)).ToList() ?? [];

    private static List<string> Strings(JsonObject json, string name) => json.List(name)?.Select(value => value!.GetValue<string>()).ToList() ?? [];

    private static double? Real(JsonObject json, string name) => json[name] is JsonValue value ? Canonical.Number(value) : null;
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Crds;

/// <summary>Makes the schema of a resource's type: fields and types as the JSON has them, descriptions from the documentation, bounds from <see cref="FieldBounds"/>.</summary>
/// <param name="json">How the types are written.</param>
/// <param name="docs">What is said of them.</param>
/// <param name="namesEnums">
/// Whether only the enums' values are allowed. Not in a status: a controller that is newer than the definition in the cluster may say a new word there.
/// </param>
internal sealed class SchemaMaker(JsonSerializerOptions json, XmlDocs docs, bool namesEnums)
{
    /// <summary>A type with fields.</summary>
    public Schema Object(Type type, string description) => new()
    {
        Type = "object",
        Description = description,
        Fields = [.. json.GetTypeInfo(type).Properties.Where(property => property.Get is not null).Select(property => Field(type, property))],
        Rules = FieldBounds.Rules(type),
    };

    private SchemaField Field(Type owner, JsonPropertyInfo property) => new(
        property.Name,
        FieldBounds.Apply(owner, property.Name, Value(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, docs.OfMember(owner, property.Name))),
        docs.IsRequired(owner, property.Name));

    private Schema Value(Type type, string description)
    {
        var schema = new Schema { Description = description };
        return type switch
        {
            _ when type == typeof(string) => schema with { Type = "string" },
            _ when type == typeof(bool) => schema with { Type = "boolean" },
            _ when type == typeof(int) => schema with { Type = "integer", Format = "int32" },
            _ when type == typeof(long) => schema with { Type = "integer", Format = "int64" },
            _ when type == typeof(decimal) || type == typeof(double) => schema with { Type = "number" },
            _ when type == typeof(DateTimeOffset) => schema with { Type = "string", Format = "date-time" },
            _ when type == typeof(TimeSpan) => schema with { Type = "string", Pattern = Patterns.Duration, MinLength = 2, MaxLength = Patterns.MaxDurationCharacters },
            _ when type == typeof(CanaryWeight) => schema with { Type = "integer", Format = "int32", Minimum = 0, Maximum = CanaryWeight.WholeBasisPoints },
            _ when type == typeof(ReplicaText) => schema with { IsIntegerOrString = true, Pattern = Patterns.Share, MaxLength = 16, Minimum = 1, Maximum = 10_000 },
            // An int-or-string takes no fractions. A schema without a type must keep what it does not know; the pattern holds for text alone.
            _ when type == typeof(LimitText) => schema with { KeepsUnknown = true, Pattern = Patterns.Duration, MinLength = 2, MaxLength = Patterns.MaxDurationCharacters },
            { IsEnum: true } => schema with { Type = "string", Enum = namesEnums ? Enum.GetNames(type) : [], Description = Explained(type, description) },
            _ when type == typeof(EquatableArray<KeyValuePair<string, string>>) => schema with { Type = "object", Values = new() { Type = "string" } },
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(EquatableArray<>) => List(type.GetGenericArguments()[0], schema),
            _ => Object(type, description),
        };
    }

    private Schema List(Type item, Schema schema) => schema with
    {
        Type = "array",
        ListType = "atomic",
        Items = Value(item, item == typeof(string) ? "" : docs.OfType(item)),
    };

    private string Explained(Type type, string description) => string.Join('\n', [description, .. Enum.GetNames(type).Select(name => $"{name}: {docs.OfMember(type, name)}")]);
}

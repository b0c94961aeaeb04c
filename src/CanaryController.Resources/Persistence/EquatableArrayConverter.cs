using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CanaryController.Core;

namespace CanaryController.Resources.Persistence;

/// <summary>An <see cref="EquatableArray{T}"/> as a JSON array. One is named for each item type, so that nothing is made by reflection.</summary>
/// <typeparam name="T">The items.</typeparam>
public sealed class EquatableArrayConverter<T> : JsonConverter<EquatableArray<T>>
{
    /// <inheritdoc/>
    public override EquatableArray<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T[]>)options.GetTypeInfo(typeof(T[]))) is { } items
            ? new EquatableArray<T>(ImmutableCollectionsMarshal.AsImmutableArray(items))
            : throw new JsonException("An array is expected, not null.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EquatableArray<T> value, JsonSerializerOptions options)
    {
        var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var each in value)
        {
            JsonSerializer.Serialize(writer, each, item);
        }

        writer.WriteEndArray();
    }
}

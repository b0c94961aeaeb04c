using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Core.Traffic;

namespace CanaryController.Resources.Persistence;

/// <summary>A weight as its basis points: a whole number, 0 to 10,000.</summary>
public sealed class CanaryWeightConverter : JsonConverter<CanaryWeight>
{
    /// <inheritdoc/>
    public override CanaryWeight Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.Number && reader.TryGetInt32(out var basisPoints) && basisPoints is >= 0 and <= CanaryWeight.WholeBasisPoints
            ? CanaryWeight.FromBasisPoints(basisPoints)
            : throw new JsonException($"A weight is 0 to {CanaryWeight.WholeBasisPoints} basis points.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CanaryWeight value, JsonSerializerOptions options) => writer.WriteNumberValue(value.BasisPoints);
}

using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CanaryController.Gateway.Splits;

/// <summary>Keeps the applied splits in one file, replaced whole: written beside, flushed to the disk, renamed over. Not safe for two callers at once.</summary>
internal sealed class SplitStore(string path)
{
    /// <summary>What was kept; empty when there is no file yet.</summary>
    /// <exception cref="FormatException">The file is not one of ours. It was moved aside to <c>.broken</c>, so that it can be looked at.</exception>
    public ImmutableDictionary<string, AppliedSplit> Read()
    {
        if (!File.Exists(path))
        {
            return ImmutableDictionary<string, AppliedSplit>.Empty;
        }

        try
        {
            var kept = JsonSerializer.Deserialize(File.ReadAllBytes(path), StateJson.Default.KeptState) ?? throw new JsonException("It is null.");
            return kept.Routes.ToImmutableDictionary(route => route.Key, route => (route.Value ?? throw new JsonException($"{route.Key} is null.")).ToApplied());
        }
        catch (JsonException wrong)
        {
            File.Move(path, path + ".broken", overwrite: true);
            throw new FormatException($"{path} is not a state file of this program and was moved to {path}.broken: {wrong.Message}", wrong);
        }
    }

    /// <summary>Keeps these and no others.</summary>
    /// <exception cref="IOException">It could not be written; what was kept before is still there.</exception>
    public void Write(IEnumerable<KeyValuePair<string, AppliedSplit>> splits)
    {
        var state = new KeptState { Routes = new(splits.ToDictionary(split => split.Key, split => KeptSplit.Of(split.Value)), StringComparer.Ordinal) };
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var beside = path + ".new";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, state, StateJson.Default.KeptState);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}

/// <summary>The state file.</summary>
internal sealed record KeptState
{
    public int Format { get; init; } = 1;

    public required SortedDictionary<string, KeptSplit> Routes { get; init; }
}

/// <summary>One route's split in the state file.</summary>
internal sealed record KeptSplit
{
    public required long Generation { get; init; }

    public required SortedDictionary<string, int> Weights { get; init; }

    public required ImmutableArray<SplitMatch> Matches { get; init; }

    public static KeptSplit Of(AppliedSplit applied) => new()
    {
        Generation = applied.Generation,
        Weights = new(applied.Split.Weights.ToDictionary(weight => weight.Key, weight => weight.Value), StringComparer.Ordinal),
        Matches = applied.Split.Matches,
    };

    public AppliedSplit ToApplied()
    {
        if (Weights.Values.Any(weight => weight is < 0 or > Split.Whole) || Weights.Values.Sum(weight => (long)weight) != Split.Whole)
        {
            throw new JsonException("Weights that do not sum to 10000.");
        }

        return new AppliedSplit(Generation, new Split(Weights.ToImmutableSortedDictionary(StringComparer.Ordinal), Matches));
    }
}

/// <summary>The state file's format.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(KeptState))]
internal sealed partial class StateJson : JsonSerializerContext;

namespace CanaryController.Gateway.Splits;

/// <summary>
/// The order in which 10,000 consecutive requests take their versions. Each version has exactly its basis points in any 10,000 in a row, because the
/// sequence repeats. It is stratified: the k-th request of a version with weight w falls somewhere in the k-th of w equal parts. So with two versions any prefix
/// is less than one request off its share and any window less than two, as with smooth weighted round robin; but the place inside a part is drawn,
/// so that clients that repeat a pattern (every tenth request is the expensive one) do not meet the same version each time.
/// </summary>
internal static class EvenSequence
{
    /// <summary>Indexes into <paramref name="weights"/>, which sum to <see cref="Split.Whole"/>; at most 256 versions.</summary>
    public static byte[] Build(ReadOnlySpan<int> weights, int seed)
    {
        var random = new Random(seed);
        var places = new double[Split.Whole];
        var versions = new byte[Split.Whole];
        var next = 0;
        for (var version = 0; version < weights.Length; version++)
        {
            for (var turn = 0; turn < weights[version]; turn++, next++)
            {
                places[next] = (turn + random.NextDouble()) / weights[version];
                versions[next] = (byte)version;
            }
        }

        if (next != Split.Whole)
        {
            throw new ArgumentException($"Weights sum to {next}, not {Split.Whole}.", nameof(weights));
        }

        Array.Sort(places, versions);
        return versions;
    }
}

using CanaryController.Gateway.Configuration;

namespace CanaryController.Gateway.Splits;

/// <summary>Decides what a kept split means for the versions that are configured now.</summary>
internal static class KeptSplitCheck
{
    /// <summary>
    /// The split to start with, and what had to be changed about the kept one (null: nothing). When a version that carries weight is gone, nobody can know
    /// where its share belongs: giving it to the others would raise a canary unasked. So the whole route goes to the configured stable version, under
    /// a new generation, which the controller sees and corrects. A match to a version that is gone is dropped alone.
    /// </summary>
    public static (AppliedSplit Applied, string? Change) Adapt(AppliedSplit kept, GatewayRouteOptions route)
    {
        bool Known(string version) => route.Versions.Any(known => known.Name == version);
        var gone = kept.Split.Weights.Where(weight => weight.Value > 0 && !Known(weight.Key)).Select(weight => weight.Key).ToList();
        if (gone.Count > 0)
        {
            return (new(kept.Generation + 1, Split.AllTo(route.Stable)), $"version {string.Join(", ", gone)} carried weight and is gone; all requests go to {route.Stable}");
        }

        var split = new Split(
            kept.Split.Weights.RemoveRange(kept.Split.Weights.Keys.Where(version => !Known(version))),
            kept.Split.Matches.RemoveAll(match => !Known(match.Version)));
        return split.MeansTheSameAs(kept.Split)
            ? (kept with { Split = split }, null)
            : (new(kept.Generation + 1, split), "matches to versions that are gone were dropped");
    }
}

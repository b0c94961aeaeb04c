using CanaryController.Core;
using CanaryController.Core.Analysis;

namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>Where one rollout's requests are counted: the source, and which of its series.</summary>
internal sealed record CountedBy(CounterSource Source, EquatableArray<ArmSeries> Series)
{
    /// <summary>The version that a series counts; null when it is neither of the two.</summary>
    /// <remarks>Where names only begin with the version, the longer one that fits is meant: <c>v1-1-a</c> is of <c>v1-1</c>, not of <c>v1</c>.</remarks>
    public Arm? ArmOf(string key, string version)
    {
        ArmSeries? best = null;
        foreach (var each in Series)
        {
            if (string.Equals(each.Key, key, StringComparison.Ordinal) && each.Has(version) && (best is null || each.Version?.Length > best.Version?.Length))
            {
                best = each;
            }
        }

        return best?.Arm;
    }
}

/// <summary>Series of one version.</summary>
/// <param name="Arm">The version.</param>
/// <param name="KeyParts">What the source's key labels say, in their order.</param>
/// <param name="Version">What the version label says; null = whatever it does.</param>
internal sealed record ArmSeries(Arm Arm, EquatableArray<string> KeyParts, string? Version = null)
{
    private const char Between = '\n';

    /// <summary>Names of one version begin with it, and go on with <c>-</c>: servers of HAProxy.</summary>
    public bool MayGoOn { get; init; }

    /// <summary>The key of these series.</summary>
    public string Key { get; } = KeyOf(KeyParts);

    /// <summary>One text of the parts.</summary>
    public static string KeyOf(IEnumerable<string> parts) => string.Join(Between, parts);

    /// <summary>True when the version label's value means this version.</summary>
    public bool Has(string version) =>
        Version is null
        || (version.StartsWith(Version, StringComparison.Ordinal) && (version.Length == Version.Length || (MayGoOn && version[Version.Length] == '-')));
}

namespace CanaryController.Manager.Workloads;

/// <summary>How pods are named after their ReplicaSet: its name, a hyphen, cut to 58 characters, and 5 more.</summary>
internal static class PodName
{
    private const int LongestBase = 58;

    /// <summary>How many characters are added.</summary>
    public const int SuffixLength = 5;

    /// <summary>What the names of a ReplicaSet's pods begin with.</summary>
    public static string BaseOf(string set) => set.Length < LongestBase ? set + "-" : set[..LongestBase];

    /// <summary>Whether <paramref name="pod"/> may be a pod of <paramref name="set"/>; exact as long as no two names agree in their first 58 characters.</summary>
    public static bool IsOf(string pod, string set)
    {
        var cut = BaseOf(set);
        return pod.Length == cut.Length + SuffixLength && pod.StartsWith(cut, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Text;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Leadership;

/// <summary>Which lease decides who leads, and how soon a leader that is silent is followed by the next.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Holder">Who we are: 1 to 63 of a-z, 0-9 and -; no two processes that live at once have the same.</param>
internal sealed record LeaderElectionOptions(ObjectName Lease, string Holder)
{
    /// <summary>The lease's name where nobody gives another.</summary>
    public const string DefaultLease = "canary-controller";

    private const int MaxHolderLength = 63;
    private const int SuffixLength = 6;

    /// <summary>How long others wait for a leader that does not renew. Whole seconds; default 15.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>After this long without a renewal a leader stops to lead by itself; shorter than <see cref="LeaseDuration"/>. Default 10 seconds.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where other replicas reach our API, told in the Lease; null (the default) = they do not.</summary>
    public Uri? Address { get; init; }

    /// <summary>Where other pods reach an API that listens on <paramref name="listen"/>; null when it is open to its own machine only, or the pod's address is not known.</summary>
    public static Uri? AddressOf(string? podIp, Uri listen) =>
        !listen.IsLoopback && IPAddress.TryParse(podIp, out var address) ? new UriBuilder(listen.Scheme, address.ToString(), listen.Port).Uri : null;

    /// <summary>How often a leader renews; the others look twice as often. Default 2 seconds.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pod's name, which tells a restarted container that the lease is still its own; elsewhere the host's name with a suffix drawn from <paramref name="random"/>.</summary>
    public static string HolderOf(string? podName, string host, Random random)
    {
        const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        if (!string.IsNullOrWhiteSpace(podName))
        {
            return Clean(podName, MaxHolderLength);
        }

        var suffix = new string(random.GetItems<char>(Letters, SuffixLength));
        return $"{Clean(host, MaxHolderLength - SuffixLength - 1)}-{suffix}";
    }

    private static string Clean(string name, int longest)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var letter in name.ToLowerInvariant())
        {
            clean.Append(letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? letter : '-');
        }

        var text = clean.ToString().Trim('-');
        text = text.Length > longest ? text[..longest].TrimEnd('-') : text;
        return text.Length == 0 ? "canary-manager" : text;
    }
}

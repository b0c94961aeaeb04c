using System.Globalization;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.IngressNginx;

/// <summary>The annotations of ingress-nginx by which a second Ingress gets a part of the first one's requests.</summary>
internal static class NginxAnnotations
{
    /// <summary>What ingress-nginx reads, unless it was started with another prefix.</summary>
    public const string Prefix = "nginx.ingress.kubernetes.io/";

    /// <summary><c>"true"</c>: the Ingress serves nothing of its own, but gets a part of what another one of its hosts and paths serves.</summary>
    public const string Canary = Prefix + "canary";

    /// <summary>How many of <see cref="Total"/> requests it gets.</summary>
    public const string Weight = Canary + "-weight";

    /// <summary>Out of how many: honoured above <see cref="UsualTotal"/> only.</summary>
    public const string Total = Canary + "-weight-total";

    /// <summary>It binds visitors to pods: <c>cookie</c>.</summary>
    public const string Affinity = Prefix + "affinity";

    /// <summary>Said of a canary: <c>legacy</c> lets the weight alone decide; otherwise a visitor whom the canary answered stays with it, also at weight 0.</summary>
    public const string AffinityBehavior = Prefix + "affinity-canary-behavior";

    /// <summary>The class of an Ingress as it was written before there was a field for it.</summary>
    public const string ClassAnnotation = "kubernetes.io/ingress.class";

    /// <summary>Out of how many a weight is that comes alone.</summary>
    public const int UsualTotal = 100;

    private static readonly string[] _canaries = [Canary, Canary + "-"];

    /// <summary>It is kept of an Ingress.</summary>
    public static bool IsKept(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) || key == ClassAnnotation;

    /// <summary>It is said of a canary alone, and never copied.</summary>
    public static bool IsOfCanary(string key) => key == _canaries[0] || key.StartsWith(_canaries[1], StringComparison.Ordinal);

    /// <summary>As the annotations say a weight: whole percents alone, others out of 10,000.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(CanaryWeight weight)
    {
        var weights = PairWeights.Alone(weight);
        yield return new(Canary, "true");
        yield return new(Weight, Text(weights.Canary));
        if (weights.Stable + weights.Canary is not UsualTotal and var total)
        {
            yield return new(Total, Text(total));
        }
    }

    /// <summary>What the annotations of a canary say; null for a weight that is no number.</summary>
    public static PairWeights? Read(IReadOnlyDictionary<string, string> annotations)
    {
        var total = annotations.TryGetValue(Total, out var all) && Number(all) is { } written && written > UsualTotal ? written : UsualTotal;
        return !annotations.TryGetValue(Weight, out var text) ? new(total, 0)
            : Number(text) is { } weight ? new(total - Math.Min(weight, total), Math.Min(weight, total))
            : null;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

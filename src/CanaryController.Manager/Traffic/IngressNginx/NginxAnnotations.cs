using System.Globalization;
using CanaryController.Core;
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

    /// <summary>A header: requests that have it with the value of <see cref="HeaderValue"/> go to the canary, whatever the weight is.</summary>
    public const string Header = Canary + "-by-header";

    /// <summary>That value. Without it <c>always</c> and <c>never</c> decide.</summary>
    public const string HeaderValue = Header + "-value";

    /// <summary>A cookie: requests that have it with the value <c>always</c> go to the canary, those with <c>never</c> do not.</summary>
    public const string Cookie = Canary + "-by-cookie";

    /// <summary>The only value by which a cookie picks requests for the canary.</summary>
    public const string CookieValue = "always";

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

    /// <summary>As the annotations say matches: one header and one cookie at most, which <see cref="Problem"/> sees to.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(EquatableArray<RequestMatch> matches) => matches.SelectMany(match => match.Kind switch
    {
        RequestMatchKind.Header => (KeyValuePair<string, string>[])[new(Header, match.Name), new(HeaderValue, match.Value)],
        RequestMatchKind.Cookie => [new(Cookie, match.Name)],
    });

    /// <summary>Why ingress-nginx cannot match these, in one sentence; null when it can.</summary>
    public static string? Problem(EquatableArray<RequestMatch> matches) =>
        matches.Count(match => match.Kind is RequestMatchKind.Header) > 1 || matches.Count(match => match.Kind is RequestMatchKind.Cookie) > 1
            ? "Ingress-nginx matches one header and one cookie: write one of each at most into the step."
        : matches.Any(match => match is { Kind: RequestMatchKind.Cookie, Value: not CookieValue }) ? $"Ingress-nginx matches a cookie by the value {CookieValue} alone: write that, or match by a header."
        : null;

    /// <summary>What the annotations of a canary match; null for what we do not write.</summary>
    public static EquatableArray<RequestMatch>? Matches(IReadOnlyDictionary<string, string> annotations)
    {
        List<RequestMatch> matches = [];
        if (annotations.TryGetValue(Header, out var header))
        {
            if (!annotations.TryGetValue(HeaderValue, out var value))
            {
                return null;
            }

            matches.Add(new(RequestMatchKind.Header, header, value));
        }

        if (annotations.TryGetValue(Cookie, out var cookie))
        {
            matches.Add(new(RequestMatchKind.Cookie, cookie, CookieValue));
        }

        return [.. matches];
    }

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

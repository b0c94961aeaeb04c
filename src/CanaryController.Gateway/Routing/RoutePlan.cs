using System.Collections.Immutable;
using System.Text;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Forwarding;
using CanaryController.Gateway.Splits;

namespace CanaryController.Gateway.Routing;

/// <summary>
/// Everything that decides where a route's requests go: configuration, versions and the split in force. Immutable and replaced as one reference, so a request
/// follows one split whole, and a request that arrives after the replacement follows the new one.
/// </summary>
internal sealed class RoutePlan
{
    private readonly byte[] _sequence;
    private readonly int[] _below;
    private readonly (SplitMatch Match, string Sent, GatewayVersion Version)[] _matches;

    public RoutePlan(GatewayRouteOptions options, ImmutableArray<GatewayVersion> versions, AppliedSplit applied)
    {
        (Options, Versions, Applied) = (options, versions, applied);
        int[] weights = [.. versions.Select(version => applied.Split.WeightOf(version.Name))];
        _sequence = EvenSequence.Build(weights, unchecked((int)applied.Generation));
        _below = new int[weights.Length];
        for (int version = 0, sum = 0; version < weights.Length; version++)
        {
            _below[version] = sum += weights[version];
        }

        _matches = [.. applied.Split.Matches.Select(match => (match, AsSent(match.Value), versions.Single(version => version.Name == match.Version)))];
    }

    public GatewayRouteOptions Options { get; }

    /// <summary>Ordered by name.</summary>
    public ImmutableArray<GatewayVersion> Versions { get; }

    public AppliedSplit Applied { get; }

    /// <summary>The version of the first match that holds; null when none does.</summary>
    public GatewayVersion? ByMatch(HttpRequest request)
    {
        foreach (var (match, sent, version) in _matches)
        {
            var holds = match.Kind switch
            {
                MatchKind.Header => request.Headers.TryGetValue(match.Name, out var values) && values.Contains(sent),
                MatchKind.Cookie => request.Cookies.TryGetValue(match.Name, out var value) && value == match.Value,
            };
            if (holds)
            {
                return version;
            }
        }

        return null;
    }

    /// <summary>The version of the <paramref name="turn"/>-th request: exact over any <see cref="Split.Whole"/> in a row.</summary>
    public GatewayVersion ByTurn(ulong turn) => Versions[_sequence[turn % Split.Whole]];

    /// <summary>
    /// The version of a visitor at <paramref name="position"/>, 0 to 9,999. Versions take adjoining ranges in the order of their names, so between two versions
    /// a change of weight moves the boundary and only the visitors that it passes.
    /// </summary>
    public GatewayVersion ByPosition(int position)
    {
        var version = 0;
        while (_below[version] <= position)
        {
            version++;
        }

        return Versions[version];
    }

    /// <summary>A header's value as a request shows it: its UTF-8 bytes, one character each. In cookies the percent-encoding is decoded already.</summary>
    private static string AsSent(string value) => UpstreamClient.HeaderEncoding.GetString(Encoding.UTF8.GetBytes(value));
}

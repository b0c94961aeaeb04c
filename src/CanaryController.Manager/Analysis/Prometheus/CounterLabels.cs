using System.Text;
using System.Text.Json;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The labels of a gateway counter that matter here.</summary>
/// <param name="Route">The route.</param>
/// <param name="Version">The version: a rollout's revision.</param>
/// <param name="Target">
/// What was scraped: job, instance and whatever else the provider adds, such as a cluster or a replica. Two that share an address are two: each has its own scrapes and baselines.
/// </param>
/// <param name="Code">The status that the user got; null for durations.</param>
/// <param name="Bound">The bucket's bound in seconds, infinite for all; null for requests.</param>
/// <param name="Rest">The code: tells the counters of one target and version apart, but not the buckets of a histogram.</param>
internal sealed record CounterLabels(string Route, string Version, string Target, string? Code, double? Bound, string Rest)
{
    /// <summary>True for a status that is the server's fault.</summary>
    public bool IsServerError => Code is ['5', _, _];

    /// <summary>Takes a label set apart; null when route or version is missing, which is then no series of ours.</summary>
    /// <exception cref="JsonException">A label is not a string.</exception>
    public static CounterLabels? Parse(ReadOnlySpan<byte> json)
    {
        string? route = null, version = null, job = null, instance = null, code = null, le = null;
        var others = new StringBuilder();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException($"Label {name} is not a string.");
            switch (name)
            {
                case "__name__":
                    break;
                case "route":
                    route = value;
                    break;
                case "version":
                    version = value;
                    break;
                case "job":
                    job = value;
                    break;
                case "instance":
                    instance = value;
                    break;
                case "le":
                    le = value;
                    break;
                case "code":
                    code = value;
                    break;
                default:
                    others.Append(name).Append('=').Append(value).Append('\n');
                    break;
            }
        }

        return route is null || version is null ? null : new(route, version, $"{job}/{instance}\n{others}", code, ParseBound(le), code ?? "");
    }

    /// <summary>A bucket bound as a number; null when it is none.</summary>
    public static double? ParseBound(string? le) => le switch
    {
        null => null,
        "+Inf" => double.PositiveInfinity,
        _ => double.TryParse(le, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var bound) && double.IsFinite(bound)
            ? bound
            : null,
    };
}

using CanaryController.Manager.Outbound;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>The configuration's section <c>prometheus</c>.</summary>
internal sealed record PrometheusOptions
{
    /// <summary>The address, with its path prefix if it has one: <c>http://127.0.0.1:9090</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>How long one query may take. Default 5 seconds; 100 ms to 1 minute.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many queries may be under way at once; two of them are kept for the built-in metrics. Default 4; 3 to 64.</summary>
    public int MaxConcurrentQueries { get; init; } = 4;

    /// <summary>A file that holds a bearer token, read for each query; null = none is sent.</summary>
    public string? BearerTokenFile { get; init; }
}

/// <summary>Checks the section <c>prometheus</c>, all of it at once.</summary>
internal static class PrometheusOptionsValidator
{
    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Validate(PrometheusOptions options, string path = "prometheus")
    {
        var problems = new List<FieldProblem>();
        if (EndpointUrl.Check($"{path}.url", options.Url, "http://127.0.0.1:9090") is { } wrong)
        {
            problems.Add(wrong);
        }

        if (options.Timeout < TimeSpan.FromMilliseconds(100) || options.Timeout > TimeSpan.FromMinutes(1))
        {
            problems.Add(new($"{path}.timeout", options.Timeout.ToString(), "Outside 100 ms to 1 minute.", "5s"));
        }

        if (options.MaxConcurrentQueries is < 3 or > 64)
        {
            problems.Add(new($"{path}.maxConcurrentQueries", options.MaxConcurrentQueries.ToString(), "Outside 3 to 64.", "4"));
        }

        if (options.BearerTokenFile is { Length: 0 })
        {
            problems.Add(new($"{path}.bearerTokenFile", "", "Empty.", "the path of a file that holds the token, or leave it out"));
        }

        return problems;
    }
}

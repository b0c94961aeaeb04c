using System.CommandLine;

namespace CanaryController.Examples.Shop;

/// <summary>How this copy of the shop behaves.</summary>
/// <param name="Port">Listens on 127.0.0.1 at this port.</param>
/// <param name="Version">What it answers as <c>X-Shop-Version</c>.</param>
/// <param name="Latency">How long a request takes, well or ill.</param>
/// <param name="HealthyErrorPercent">The share of requests that fail while the fault has not begun, percent.</param>
/// <param name="ErrorPercent">The share of requests that fail once it has, percent.</param>
/// <param name="HealthyFor">The fault begins this long after the first request; zero = it is there from the start.</param>
/// <param name="Seed">Makes the draws repeatable.</param>
internal sealed record ShopOptions(
    int Port, string Version, LatencyModel Latency, double HealthyErrorPercent, double ErrorPercent, TimeSpan HealthyFor, int Seed)
{
    /// <summary>The program's command line.</summary>
    /// <param name="serve">Called with the options.</param>
    public static RootCommand Command(Func<ShopOptions, CancellationToken, Task<int>> serve)
    {
        var port = new Option<int>("--port") { Description = "Listen on 127.0.0.1 at this port.", Required = true };
        var version = new Option<string>("--version") { Description = "The version that the shop says it is.", Required = true };
        var errors = Number("--error-percent", "Share of requests that fail with status 500, percent.", 0, 100, 0.2);
        var healthyErrors = Number("--healthy-error-percent", "The same before the fault begins (see --healthy-for).", 0, 100, 0.2);
        var latency = Number("--latency-ms", "Median time of a request, milliseconds; the 99th percentile is 4 times that.", 0, 10_000, 5);
        var factor = Number("--latency-p99-factor", "The fault makes the slowest tenth of requests this many times slower.", 1, 100, 1);
        var healthyFor = Number("--healthy-for", "The fault begins this many seconds after the first request.", 0, 86_400, 0);
        var seed = new Option<int>("--seed") { Description = "Makes the draws repeatable.", DefaultValueFactory = _ => 1 };

        // Not RootCommand's own --version: here it is the shop's.
        var command = new RootCommand("A sample service: GET / sells, GET /healthz says that it lives.");
        foreach (var own in command.Options.OfType<VersionOption>().ToList())
        {
            command.Options.Remove(own);
        }

        foreach (var option in (Option[])[port, version, errors, healthyErrors, latency, factor, healthyFor, seed])
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) => serve(
            new ShopOptions(
                parsed.GetValue(port),
                parsed.GetRequiredValue(version),
                new LatencyModel(parsed.GetValue(latency), parsed.GetValue(factor)),
                parsed.GetValue(healthyErrors),
                parsed.GetValue(errors),
                TimeSpan.FromSeconds(parsed.GetValue(healthyFor)),
                parsed.GetValue(seed)),
            cancellation));
        return command;
    }

    private static Option<double> Number(string name, string description, double least, double most, double preset)
    {
        var option = new Option<double>(name) { Description = description, DefaultValueFactory = _ => preset };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<double>();
            if (!(value >= least && value <= most))
            {
                result.AddError($"{name} {value}: expected a number from {least} to {most}.");
            }
        });
        return option;
    }
}

using System.CommandLine;
using CanaryController.Benchmarks;
using CanaryController.Benchmarks.Kubernetes;

var benches = new Dictionary<string, Func<CancellationToken, Task<IReadOnlyList<Figure>>>>(StringComparer.Ordinal)
{
    ["decide"] = DecideBench.RunAsync,
    ["reaction"] = ReactionBench.RunAsync,
    ["scale"] = ScaleBench.RunAsync,
    ["analysis"] = AnalysisBench.RunAsync,
    ["gateway"] = GatewayBench.RunAsync,
    ["kubernetes-idle"] = RestBench.RunAsync,
    ["kubernetes-weight"] = WeightBench.RunAsync,
    ["kubernetes-scale"] = BusyBench.RunAsync,
    ["kubernetes-reaction"] = KubernetesReactionBench.RunAsync,
    ["kubernetes-leader"] = LeaderBench.RunAsync,
};

var names = new Argument<string[]>("bench") { Description = $"Which: {string.Join(", ", benches.Keys)}. All when left out.", Arity = ArgumentArity.ZeroOrMore };
names.AcceptOnlyFromAmong([.. benches.Keys]);
var output = new Option<string>("--output") { Description = "Where the figures are written as JSON.", DefaultValueFactory = _ => "artifacts/bench/results.json" };
var root = new RootCommand("Measures what design and issues set budgets for; prints a table and writes JSON. Ratios and counts are to be trusted; times vary with the machine.") { names, output };
root.SetAction(async (parsed, cancellation) =>
{
    var chosen = parsed.GetValue(names) is { Length: > 0 } some ? some : [.. benches.Keys];
    var figures = new List<Figure>();
    foreach (var name in chosen)
    {
        await Console.Error.WriteLineAsync($"bench {name} …");
        figures.AddRange(await benches[name](cancellation));
    }

    Report.Print(figures);
    await Report.WriteAsync(figures, parsed.GetValue(output)!, cancellation);
    return figures.Exists(figure => figure.Kept == false) ? 1 : 0;
});
return await root.Parse(args).InvokeAsync();

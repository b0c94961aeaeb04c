using System.CommandLine;
using CanaryController.Examples.Demo.Processes;
using CanaryController.Examples.Demo.Scenarios;
using CanaryController.Examples.Demo.Show;
using Spectre.Console;

namespace CanaryController.Examples.Demo;

/// <summary>The demo's command line.</summary>
internal static class DemoCommand
{
    /// <summary>Builds it.</summary>
    public static RootCommand Create()
    {
        var scenario = new Option<string?>("--scenario") { Description = $"One of: {Names}. Without it: a good canary, then a failing one.", HelpName = "NAME" };
        scenario.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string?>() is { } name && ScenarioCatalog.Find(name) is null)
            {
                given.AddError($"There is no scenario '{name}'. The scenarios are: {Names}.");
            }
        });
        var json = new Option<bool>("--json") { Description = "Print what was seen as one line of JSON, last on stdout." };
        var keep = new Option<bool>("--keep") { Description = "Keep the temporary folder: configuration, state and logs." };

        var command = new RootCommand(
            "Rolls out a sample shop with everything real: Prometheus, the gateway, the manager, each version a process, constant load.\n\n"
            + string.Join('\n', ScenarioCatalog.All.Select(one => $"  {one.Name,-16} {one.Summary} ({one.Expected})")));
        command.Options.Add(scenario);
        command.Options.Add(json);
        command.Options.Add(keep);
        command.SetAction((given, cancellation) => RunAsync(given.GetValue(scenario), given.GetValue(json), given.GetValue(keep), cancellation));
        return command;
    }

    private static string Names => string.Join(", ", ScenarioCatalog.All.Select(scenario => scenario.Name));

    private static async Task<int> RunAsync(string? name, bool json, bool keep, CancellationToken cancellation)
    {
        IReadOnlyList<Scenario> scenarios = name is null ? ScenarioCatalog.Default : [ScenarioCatalog.Find(name)!];
        try
        {
            var programs = Programs.Find();
            List<ScenarioResult> results = [];
            foreach (var scenario in scenarios)
            {
                var result = await ShownAsync(view => new ScenarioRun(scenario, programs, keep, view, TimeProvider.System).RunAsync(cancellation));
                results.Add(result);
                var output = json ? Console.Error : Console.Out;
                await output.WriteLineAsync(string.Join('\n', Summary.Lines(result)));
            }

            if (json)
            {
                // Without a scenario's name the line tells of the last one; the exit code of all.
                await Console.Out.WriteLineAsync(results[^1].ToJson());
            }

            return results.TrueForAll(result => result.IsAsExpected) ? 0 : 1;
        }
        catch (DemoException failure)
        {
            await Console.Error.WriteLineAsync($"demo: {failure.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("demo: stopped; everything that it started has ended.");
            return 130;
        }
    }

    private static async Task<ScenarioResult> ShownAsync(Func<IScenarioView, Task<ScenarioResult>> run)
    {
        if (Console.IsErrorRedirected)
        {
            return await run(new PlainView(Console.Error));
        }

        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await terminal.Live(new Text("starting ...")).StartAsync(display => run(new LiveView(display)));
    }
}

using System.Text.Json;

namespace CanaryController.EndToEnd.Tests;

/// <summary>Everything real: Prometheus, gateway, manager and shop as processes, with load.</summary>
[Collection(DemoTests.Name)]
public sealed class ScenarioTests
{
    private const int Milliseconds = 180_000;

    [Fact(Timeout = Milliseconds)]
    public async Task A_good_canary_is_promoted_step_by_step_and_no_request_is_lost()
    {
        using var demo = DemoProgram.Start("--scenario", "good", "--json");

        var result = await demo.ResultAsync(TestContext.Current.CancellationToken);

        Assert.Equal("Promoted", result.GetProperty("outcome").GetString());
        Assert.Equal([0, 5, 25, 50, 100], Weights(result));
        Assert.Equal(JsonValueKind.Null, result.GetProperty("secondsToRollback").ValueKind);
        Assert.Equal(0, result.GetProperty("requests").GetProperty("lostByRouting").GetInt32());
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_failing_canary_is_rolled_back_and_no_request_is_lost()
    {
        using var demo = DemoProgram.Start("--scenario", "errors", "--json");

        var result = await demo.ResultAsync(TestContext.Current.CancellationToken);

        Assert.Equal("RolledBack", result.GetProperty("outcome").GetString());
        Assert.Equal(0, Weights(result)[^1]);
        Assert.Equal(JsonValueKind.Number, result.GetProperty("secondsToRollback").ValueKind);
        Assert.Equal(0, result.GetProperty("requests").GetProperty("lostByRouting").GetInt32());
    }

    [Fact(Timeout = Milliseconds)]
    public async Task A_scenario_that_does_not_exist_is_answered_with_the_names_of_all()
    {
        using var demo = DemoProgram.StartAlone("--scenario", "wrong");

        var (exitCode, _) = await demo.EndAsync(TestContext.Current.CancellationToken);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("'wrong'", demo.Progress, StringComparison.Ordinal);
        Assert.Contains("good, errors, slow, subtle, late, no-traffic, prometheus-down, crash, superseded", demo.Progress, StringComparison.Ordinal);
    }

    [Theory(Timeout = Milliseconds)]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task Nothing_that_the_demo_started_outlives_it(string signal)
    {
        using var demo = DemoProgram.Start("--scenario", "good", "--json");
        await demo.SaysAsync("Progressing", TestContext.Current.CancellationToken);
        Assert.True(demo.Living().Count > 5, "the demo, its guardian, Prometheus, gateway, manager and two shops live");

        demo.Signal(signal);
        var (exitCode, output) = await demo.EndAsync(TestContext.Current.CancellationToken);

        // The guardian outlives a killed demo by a moment; its last act is to remove the folder. The test's time limit is the only one. What a killed runtime
        // leaves of its own (its diagnostics socket) is nothing that the demo made.
        while (demo.Living().Count > 0 || Directory.EnumerateDirectories(demo.Mark, "canary-demo-*").Any())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.NotEqual(0, exitCode);
        Assert.Equal("", output);
    }

    private static IReadOnlyList<double> Weights(JsonElement result) =>
        [.. result.GetProperty("timeline").EnumerateArray().Select(change => change.GetProperty("weight").GetDouble())];
}

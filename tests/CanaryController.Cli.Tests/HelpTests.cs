using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Tests;

/// <summary>What <c>--help</c> says is reviewed, and says all of it.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Commands => [.. Names()];

    [Fact]
    [Trait("Generates", "files")]
    public async Task Help_of_the_program_is_as_reviewed() => Snapshot.Matches("help", (await CommandRun.OfAsync("--help")).Output);

    [Theory]
    [Trait("Generates", "files")]
    [MemberData(nameof(Commands))]
    public async Task Help_of_a_command_is_as_reviewed(string command)
    {
        var run = await CommandRun.OfAsync($"{command} --help");
        Assert.Equal(0, run.Exit);
        Assert.Contains("Examples:", run.Output, StringComparison.Ordinal);
        Snapshot.Matches($"help-{command}", run.Output);
    }

    [Fact]
    public async Task Help_goes_by_the_name_that_the_program_was_called_by()
    {
        var run = await CommandRun.OfAsync("start --help", with: environment => environment with { ProgramName = "kubectl canary" });
        Assert.Contains("kubectl canary start <ROLLOUT>", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canaryctl", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usr/bin/canaryctl", "canaryctl")]
    [InlineData("/usr/bin/kubectl-canary", "kubectl canary")]
    [InlineData("/usr/bin/dotnet", "canaryctl")]
    public void The_program_knows_what_it_was_called(string path, string name) => Assert.Equal(name, CliEnvironment.NameOf(path));

    [Theory]
    [InlineData("")]
    [InlineData("start")]
    [InlineData("start shop")]
    [InlineData("get shop -o jsn")]
    [InlineData("skip shop --step 0")]
    [InlineData("abort shop --step x")]
    [InlineData("abort shop --step 99999999999")]
    [InlineData("abort shop --step -1")]
    [InlineData("get -n ''")]
    [InlineData("get -n Bad_NS")]
    [InlineData("get shop.v2")]
    [InlineData("get --verbose")]
    [InlineData("lint --strict")]
    [InlineData("watch shop --timeout soon")]
    [InlineData("wait shop --for lunch")]
    [InlineData("get shop -A")]
    [InlineData("get Shop!")]
    [InlineData("completion csh")]
    public async Task A_wrong_command_line_says_so_and_exits_with_3(string line)
    {
        var run = await CommandRun.OfAsync(line);
        Assert.Equal(3, run.Exit);
        Assert.NotEmpty(run.Error);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("get --outptu json", "'canaryctl get' has no option '--outptu'. Did you mean '--output'?\n")]
    [InlineData("start shop --revison v2", "'canaryctl start' has no option '--revison'. Did you mean '--revision'?\n")]
    [InlineData("abort shop --because x", "'canaryctl abort' has no option '--because'.\n")]
    public async Task An_option_that_there_is_not_is_named_and_its_neighbour_suggested(string line, string says) =>
        Assert.StartsWith(says, (await CommandRun.OfAsync(line)).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_time_that_is_too_short_is_not_suggested_again() =>
        Assert.DoesNotContain("Did you mean", (await CommandRun.OfAsync("watch shop --timeout 0s")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_state_that_cannot_be_waited_for_is_answered_with_those_that_can() =>
        Assert.StartsWith("--for 'done' is not one of promoted, paused, approval, rolled-back, ended.\n", (await CommandRun.OfAsync("wait shop --for done")).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help start", "start --help")]
    public async Task Help_may_be_asked_for_as_a_command(string line, string same) =>
        Assert.Equal((await CommandRun.OfAsync(same)).Output, (await CommandRun.OfAsync(line)).Output);

    [Theory]
    [InlineData("--help")]
    [InlineData("get --help")]
    public async Task Help_asks_no_controller(string line)
    {
        await using var controller = await FakeController.StartAsync();
        Assert.Equal((await CommandRun.OfAsync(line)).Output, (await CommandRun.OfAsync(line, controller)).Output);
        Assert.Empty(controller.Requests);
    }

    [Fact]
    public async Task A_command_that_is_nearly_right_is_suggested() =>
        Assert.Contains("Did you mean 'start'?", (await CommandRun.OfAsync("strat shop")).Error, StringComparison.Ordinal);

    private static IEnumerable<string> Names() =>
        CommandLine.Build(new CliEnvironment { Input = TextReader.Null, Output = TextWriter.Null, Error = TextWriter.Null, Variable = _ => null })
            .Subcommands.Where(command => !command.Hidden).Select(command => command.Name);
}

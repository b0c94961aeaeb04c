using System.Diagnostics;
using CanaryController.Cli.Commands;

namespace CanaryController.Cli.Tests;

/// <summary>Shells complete commands, options and names of rollouts.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("wat", "watch")]
    [InlineData("watch shop --rev", "--revision")]
    [InlineData("get -o y", "yaml")]
    [InlineData("wait shop --for app", "approval")]
    [InlineData("promote ", "shop")]
    [InlineData("promote sh", "shop")]
    public async Task The_line_so_far_is_completed(string line, string expected)
    {
        await using var controller = await FakeController.StartAsync();
        var run = await CommandRun.OfAsync($"__complete -- \"{line}\"", controller);
        Assert.Contains(expected, run.Output.Split('\n').Select(candidate => candidate.Split('\t')[0]));
    }

    [Theory]
    [InlineData("get ", "shop\tIdle v1\n")]
    [InlineData("lint ", "")]
    [InlineData("completion ", "bash\nfish\nkubectl\npowershell\nzsh\n")]
    public async Task Options_are_offered_only_where_one_is_begun(string line, string offered)
    {
        await using var controller = await FakeController.StartAsync();
        Assert.Equal(offered, (await CommandRun.OfAsync($"__complete -- \"{line}\"", controller)).Output);
    }

    [Fact]
    public async Task A_controller_that_is_not_there_leaves_the_line_as_it_is()
    {
        var run = await CommandRun.OfAsync("__complete -- \"promote --url http://127.0.0.1:1 \"");
        Assert.Equal((0, ""), (run.Exit, run.Error));
    }

    [Theory]
    [InlineData("bash", "/bin/bash")]
    [InlineData("zsh", "/usr/bin/zsh")]
    [InlineData("fish", "/usr/bin/fish")]
    public async Task The_script_is_one_that_its_shell_accepts(string shell, string program)
    {
        Assert.SkipUnless(File.Exists(program), $"{program} is not installed");
        using var process = Process.Start(new ProcessStartInfo(program, "-n") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(CompletionCommand.Script(shell, "canaryctl"));
        process.StandardInput.Close();
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    [InlineData("kubectl")]
    public async Task The_script_asks_the_program_that_printed_it(string shell)
    {
        var run = await CommandRun.OfAsync($"completion {shell}");
        Assert.Contains("canaryctl __complete -- ", run.Output.Replace("'canaryctl'", "canaryctl", StringComparison.Ordinal).Replace("kubectl canary __", "canaryctl __", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("@PROGRAM@", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("@COMPLETE@", run.Output, StringComparison.Ordinal);
    }
}

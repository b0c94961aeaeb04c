using System.Diagnostics;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Tests;

/// <summary>The examples of pipelines are read as their systems read them, and each line of ours in them is one that the program takes.</summary>
public sealed class CiExampleTests
{
    public static TheoryData<string> Files => [.. CiScripts.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_canaryctl_line_of_an_example_is_one_that_the_program_takes(string file)
    {
        var lines = CiScripts.Of(file).SelectMany(ShellLines.Of).ToList();
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            Assert.True(Errors(line) is [], $"{file}: canaryctl {string.Join(' ', line)}: {string.Join(' ', Errors(line))}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_script_of_an_example_is_one_that_sh_reads(string file)
    {
        foreach (var script in CiScripts.Of(file))
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", "-n") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
            shell.StandardInput.Write(ShellLines.WithoutExpressions(script));
            shell.StandardInput.Close();
            var error = shell.StandardError.ReadToEnd();
            shell.WaitForExit();
            Assert.True(shell.ExitCode == 0, $"{file}: {error}\n{script}");
        }
    }

    [Fact]
    public void Every_example_waits_at_a_gate_and_takes_back_what_was_cancelled()
    {
        foreach (var file in CiScripts.Files)
        {
            var commands = CiScripts.Of(file).SelectMany(ShellLines.Of).ToList();
            Assert.Contains(commands, line => (line[0] == "wait" || line.Contains("--wait")) && line.Contains("--timeout") && line.Contains("--revision"));
            Assert.Contains(commands, line => line[0] == "abort" && line.Contains("--revision"));
        }
    }

    [Theory]
    [InlineData("canaryctl wait shop --for promoted --revison v2")]
    [InlineData("canaryctl wait shop --for lunch")]
    [InlineData("canaryctl wait shop --for promoted --timeout soon")]
    [InlineData("canaryctl start shop --revision v2 --timeout 1h")]
    [InlineData("true && canaryctl abort shop --now")]
    [InlineData("if canaryctl stop shop; then exit 1; fi")]
    public void A_line_that_the_program_does_not_take_is_found(string script) => Assert.NotEmpty(Errors(Assert.Single(ShellLines.Of(script))));

    [Fact]
    public void Lines_are_taken_out_of_scripts_as_a_shell_takes_them() => Assert.Equal(
        ["wait shop --for promoted --revision registry.example/shop:1 --timeout 1h", "abort shop --reason run 1 > 2 | done", "get"],
        ShellLines.Of("""
            # canaryctl in a comment is none
            if ! canaryctl wait shop --for promoted \
                --revision "$IMAGE" --timeout 1h; then
              canaryctl abort shop --reason "run 1 > 2 | done" || [ "$?" -eq 1 ]
            fi
            echo canaryctl-like && (canaryctl get) > out
            """).Select(line => string.Join(' ', line)));

    private static IReadOnlyList<string> Errors(IReadOnlyList<string> line)
    {
        var parsed = CommandLine.Build(new CliEnvironment { Input = TextReader.Null, Output = TextWriter.Null, Error = TextWriter.Null, Variable = _ => null }).Parse([.. line]);
        return [.. parsed.Errors.Select(error => error.Message), .. parsed.UnmatchedTokens];
    }
}

using System.Diagnostics;
using System.Text.Json;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests;

/// <summary>The demo as a process, as <c>./build.sh demo</c> starts it.</summary>
internal sealed class DemoProgram : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly List<string> _progress = [];

    private DemoProgram(string prometheus, params string[] arguments)
    {
        // Everything that the demo starts inherits this folder's name in its environment: so it can be told from all else.
        Mark = Directory.CreateTempSubdirectory("canary-test-").FullName;
        var start = new ProcessStartInfo(Path.Combine(Programs.Folder("CanaryController.Examples.Demo"), "demo"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["TMPDIR"] = Mark;
        start.Environment[Programs.PrometheusVariable] = prometheus;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>The folder that its temporary folder lies in.</summary>
    public string Mark { get; }

    /// <summary>What it said on stderr, as far as it was read.</summary>
    public string Progress => string.Join('\n', _progress);

    /// <summary>Starts it, with a real Prometheus. The test is skipped where there is none.</summary>
    public static DemoProgram Start(params string[] arguments)
    {
        var prometheus = Environment.GetEnvironmentVariable("CANARY_TEST_PROMETHEUS");
        Assert.SkipWhen(string.IsNullOrEmpty(prometheus), "no Prometheus: ./build.sh test gets one from Debian, or name one in CANARY_TEST_PROMETHEUS");
        return new DemoProgram(prometheus, arguments);
    }

    /// <summary>Starts it where it needs no Prometheus.</summary>
    public static DemoProgram StartAlone(params string[] arguments) => new("", arguments);

    /// <summary>Reads its progress until a line says <paramref name="word"/>.</summary>
    public async Task SaysAsync(string word, CancellationToken cancellation)
    {
        while (await _process.StandardError.ReadLineAsync(cancellation) is { } line)
        {
            _progress.Add(line);
            if (line.Contains(word, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"it never said '{word}':\n{Progress}");
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync(CancellationToken cancellation)
    {
        while (await _process.StandardError.ReadLineAsync(cancellation) is { } line)
        {
            _progress.Add(line);
        }

        await _process.WaitForExitAsync(cancellation);
        return (_process.ExitCode, await _output);
    }

    /// <summary>Runs it to its end; the last line on stdout is the only one.</summary>
    public async Task<JsonElement> ResultAsync(CancellationToken cancellation)
    {
        var (exitCode, output) = await EndAsync(cancellation);
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{Progress}\n{output}");
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return JsonDocument.Parse(line).RootElement;
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", "kill -s \"$0\" \"$1\"", name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Processes that are or were started by it and live.</summary>
    public IReadOnlyList<int> Living() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id != 0 && Environ(id).Contains(Mark, StringComparison.Ordinal))];

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        Directory.Delete(Mark, recursive: true);
    }

    private static string Environ(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

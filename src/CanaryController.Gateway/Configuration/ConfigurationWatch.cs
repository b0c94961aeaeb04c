using CanaryController.Gateway.Admin;
using CanaryController.Gateway.Metrics;
using CanaryController.Gateway.Routing;

namespace CanaryController.Gateway.Configuration;

/// <summary>
/// Follows the configuration file and the token file by reading them once a second: that also sees replaced directories and network file systems, which
/// notifications miss. An edit that is wrong changes nothing and is said once.
/// </summary>
internal sealed partial class ConfigurationWatch(
    string path, GatewayOptions running, RouteRegistry routes, AdminTokens tokens, GatewayMetrics metrics, TimeProvider time, ILogger<ConfigurationWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private string _seen = ReadOrEmpty(path);
    private string _tokensSeen = ReadOrEmpty(running.Admin.TokenFile);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                await LookAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of watching.
        }
    }

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        LookAtTokens();
        var now = ReadOrEmpty(path);
        if (now == _seen)
        {
            return;
        }

        _seen = now;
        var read = GatewayOptionsReader.FromFile(path);
        var problems = read.Options is null ? read.Problems : await routes.ReloadAsync(read.Options.Routes, stop);
        metrics.ConfigurationRead(accepted: problems.Count == 0);
        if (problems.Count > 0)
        {
            LogRefused(log, path, string.Join("; ", problems));
            return;
        }

        LogTaken(log, path, read.Options!.Routes.Count);
        if (read.Options with { Routes = running.Routes } != running)
        {
            LogNeedsRestart(log, path);
        }
    }

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private void LookAtTokens()
    {
        var now = ReadOrEmpty(running.Admin.TokenFile);
        if (now == _tokensSeen)
        {
            return;
        }

        _tokensSeen = now;
        try
        {
            tokens.Read();
            LogTokensTaken(log, running.Admin.TokenFile);
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            LogTokensRefused(log, wrong.Message);
        }
    }

    [LoggerMessage(400, LogLevel.Information, "{Path}: the edit is in force, {Routes} routes")]
    private static partial void LogTaken(ILogger log, string path, int routes);

    [LoggerMessage(401, LogLevel.Error, "{Path}: the edit is refused, the gateway goes on with what it had: {Problems}")]
    private static partial void LogRefused(ILogger log, string path, string problems);

    [LoggerMessage(402, LogLevel.Warning, "{Path}: only routes change while the gateway runs; the other edits take a restart")]
    private static partial void LogNeedsRestart(ILogger log, string path);

    [LoggerMessage(403, LogLevel.Information, "{Path}: the tokens were read again")]
    private static partial void LogTokensTaken(ILogger log, string path);

    [LoggerMessage(404, LogLevel.Error, "The tokens stay as they were: {Message}")]
    private static partial void LogTokensRefused(ILogger log, string message);
}

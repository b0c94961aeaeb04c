using System.CommandLine;
using System.CommandLine.Completions;
using System.Net.Http.Headers;
using System.Text.Json;
using CanaryController.Resources.Api;

namespace CanaryController.Cli.Hosting;

/// <summary>Completes names of rollouts. Asks once, waits a second at most, and offers nothing rather than an error in the middle of a command line.</summary>
internal static class RolloutNames
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    /// <summary>The names in the namespace of the command line so far.</summary>
    public static IEnumerable<CompletionItem> Complete(CommandContext cli, ParseResult? parsed)
    {
        if (parsed is null)
        {
            return [];
        }

        try
        {
            var settings = cli.Settings(parsed);
            using var sockets = new SocketsHttpHandler { UseProxy = !settings.Url.IsLoopback, ConnectTimeout = _patience };
            using var http = new HttpClient(sockets) { Timeout = _patience };
            // The completion interface is synchronous.
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(settings.Url, $"v1/namespaces/{Uri.EscapeDataString(cli.Namespace(parsed))}/rollouts"));
            request.Headers.Authorization = settings.Token is { } token ? new AuthenticationHeaderValue("Bearer", token) : null;
            using var answer = http.Send(request);
            using var body = answer.Content.ReadAsStream();
            var list = answer.IsSuccessStatusCode ? JsonSerializer.Deserialize(body, ApiJson.Default.RolloutList) : null;
            return [.. (list?.Items ?? []).Select(rollout => new CompletionItem(rollout.Name, detail: $"{rollout.Phase} {rollout.TargetRevision}".TrimEnd()))];
        }
        catch (Exception unavailable) when (unavailable is CliException or HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            return [];
        }
    }
}

using System.Net;
using System.Text.Json;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Cluster;

/// <summary>What was seen of an object.</summary>
/// <param name="Object">The object as it is now; null when there is none, or with a failure.</param>
/// <param name="Failure">Why it cannot be had; null when it can.</param>
internal readonly record struct Sighting(JsonElement? Object, CliException? Failure);

/// <summary>
/// Follows one object by a watch. A watch that ends goes on from the last version that it told; one that told none, breaks, or lies too far back (410) is followed by reading again.
/// Between two tries it waits, longer each time while nothing comes.
/// </summary>
/// <param name="connection">To the API server.</param>
/// <param name="path">The collection.</param>
/// <param name="name">The object's name.</param>
/// <param name="needs">What it takes, for error messages.</param>
/// <param name="time">The clock.</param>
internal sealed class ObjectFollower(ClusterConnection connection, string path, string name, string needs, TimeProvider time)
{
    /// <summary>How long the server lets one watch run, so that an idle one proves now and then that it is still there.</summary>
    private const int WatchSeconds = 60;

    private static readonly TimeSpan _longestWatch = TimeSpan.FromSeconds(WatchSeconds + 15);
    private static readonly TimeSpan _shortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    private readonly string _selected = $"{path}?fieldSelector={Uri.EscapeDataString($"metadata.name={name}")}";

    /// <summary>Follows it until it is cancelled.</summary>
    /// <param name="version">The version to go on from; null = read first.</param>
    /// <param name="see">Told of every sighting.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(string? version, Action<Sighting> see, CancellationToken cancellation)
    {
        var pause = _shortestPause;
        while (true)
        {
            var heard = false;
            try
            {
                version ??= await ReadAsync(see, cancellation);
                var next = await WatchAsync(version, see, () => heard = true, cancellation);
                version = heard ? next : null;
            }
            catch (CliException failed)
            {
                version = null;
                see(new(null, failed));
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException || (broken is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // What is behind it shows when it is read again.
                version = null;
            }

            pause = heard ? _shortestPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _longestPause.Ticks));
            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <summary>
    /// Reads it by a list of one, whose version is the server's present one. The object's own may be so old that no watch can begin there.
    /// </summary>
    private async Task<string> ReadAsync(Action<Sighting> see, CancellationToken cancellation)
    {
        var (status, body) = await connection.SendAsync(HttpMethod.Get, _selected, null, cancellation);
        if (status != HttpStatusCode.OK)
        {
            throw ClusterFailure.Answered(connection.Settings, status, body, needs);
        }

        using var document = JsonDocument.Parse(body);
        var items = document.RootElement.GetProperty("items");
        see(new(items.GetArrayLength() > 0 ? items[0].Clone() : null, null));
        return VersionOf(document.RootElement) ?? throw new JsonException("The list has no version.");
    }

    /// <summary>Watches until the server ends it; returns where to go on, null = read again.</summary>
    private async Task<string?> WatchAsync(string version, Action<Sighting> see, Action hear, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(_longestWatch, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var query = $"{_selected}&watch=true&allowWatchBookmarks=true&timeoutSeconds={WatchSeconds}&resourceVersion={Uri.EscapeDataString(version)}";
        using var answer = await connection.OpenAsync(query, either.Token);
        if (answer.StatusCode == HttpStatusCode.Gone)
        {
            return null;
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw ClusterFailure.Answered(connection.Settings, answer.StatusCode, await answer.Content.ReadAsStringAsync(either.Token), needs);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(either.Token);
        await foreach (var each in EventLines.ReadAsync(stream, either.Token))
        {
            switch (each.Type)
            {
                case "ADDED" or "MODIFIED":
                    see(new(each.Object, null));
                    break;
                case "DELETED":
                    see(new(null, null));
                    break;
                case "ERROR" when ServerStatus.Read(each.Object).Code is (int)HttpStatusCode.Gone:
                    return null;
                case "ERROR":
                    throw new IOException($"The watch failed: {ServerStatus.Read(each.Object).Message}");
                default:
                    // A bookmark only tells the version.
                    break;
            }

            hear();
            version = VersionOf(each.Object) ?? version;
        }

        return version;
    }

    private static string? VersionOf(JsonElement from) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("resourceVersion", out var version) && version.GetString() is { Length: > 0 } text
            ? text
            : null;
}

using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Follows the changes of a target's objects after a version, and puts them into the cache.</summary>
internal sealed class ObjectWatch<T>(
    KubeTransport transport, InformerTarget target, ObjectProjector<T> projector, ObjectCache<T> cache, Random random, TimeProvider time)
    where T : class, ICached
{
    /// <summary>How long the server is asked to keep a watch open, in seconds; jittered, so that not all of them end at once.</summary>
    private const int LeastSeconds = 240;
    private const int MostSeconds = 300;

    private static readonly TimeSpan TurnPatience = TimeSpan.FromSeconds(60);

    /// <summary>How long nothing may come before the answer begins.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);

    /// <summary>How much later than asked for the server may end a watch.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    /// <summary>How long nothing may come from a server that sends bookmarks, which it does about every minute.</summary>
    private static readonly TimeSpan BookmarkPatience = TimeSpan.FromSeconds(150);

    /// <summary>The version that the next watch goes on from.</summary>
    public string Version { get; set; } = "";

    /// <summary>Follows changes until the server ends the watch.</summary>
    /// <param name="established">Called when the server begins to answer.</param>
    /// <param name="stopping">Ends it.</param>
    /// <exception cref="KubeRefusedException">The server refuses or tells an error; 410: <see cref="Version"/> lies too far back.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    /// <exception cref="IOException">The answer broke off.</exception>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    /// <exception cref="JsonException">What came is no event.</exception>
    /// <exception cref="InvalidDataException">What came is no event.</exception>
    public async Task FollowAsync(Action established, CancellationToken stopping)
    {
        var seconds = random.Next(LeastSeconds, MostSeconds + 1);
        var query = $"watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={Uri.EscapeDataString(Version)}";
        using var silence = new CancellationTokenSource(TurnPatience + AnswerPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, stopping);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, default(Uri));
            using var response = await transport.SendAsync(request, target.Path(query), "watch", target.Kind, TurnPatience, either.Token);
            established();
            await using var events = new EventStream(await response.Content.ReadAsStreamAsync(either.Token));
            var patience = TimeSpan.FromSeconds(seconds) + EndPatience;
            while (true)
            {
                silence.CancelAfter(patience);
                using var seen = await events.ReadAsync(either.Token);
                if (seen is null)
                {
                    return;
                }

                if (Take(seen.RootElement))
                {
                    patience = BookmarkPatience;
                }
            }
        }
        catch (OperationCanceledException late) when (!stopping.IsCancellationRequested)
        {
            throw new TimeoutException("nothing came for too long.", late);
        }
    }

    /// <summary>Takes over an event; true for a bookmark.</summary>
    private bool Take(JsonElement seen)
    {
        if (seen.ValueKind != JsonValueKind.Object || !seen.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || !seen.TryGetProperty("object", out var item) || item.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("what came is no event.");
        }

        switch (type.GetString())
        {
            case "ADDED" or "MODIFIED":
                Upsert(item);
                break;
            case "DELETED":
                if (ObjectProjector<T>.ReadIdentity(item) is { } gone)
                {
                    cache.Delete(gone.Name, gone.Uid, gone.Version);
                }

                break;
            case "BOOKMARK":
                GoOnFrom(item);
                return true;
            case "ERROR":
                throw new KubeRefusedException(KubeStatus.Read(item), null);
            default:
                // A type that does not exist yet: nothing that is known here changes by it.
                break;
        }

        GoOnFrom(item);
        return false;
    }

    private void Upsert(JsonElement item)
    {
        if (!projector.TryRead(item, out _, out var projected))
        {
            return;
        }

        if (projected is not null)
        {
            cache.Put(projected);
        }
        else if (ObjectProjector<T>.ReadIdentity(item) is { } unwanted)
        {
            cache.Delete(unwanted.Name, unwanted.Uid, unwanted.Version);
        }
    }

    private void GoOnFrom(JsonElement item)
    {
        if (item.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
            && metadata.TryGetProperty("resourceVersion", out var version) && version.ValueKind == JsonValueKind.String && version.GetString() is { Length: > 0 } next)
        {
            Version = next;
        }
    }
}

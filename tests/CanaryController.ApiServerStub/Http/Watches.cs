using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Answers WATCH: one JSON line a change.</summary>
internal sealed class Watches(Database database, StubOptions options)
{
    /// <summary>Begins a watch before anything is answered, so that one from a forgotten version can be refused.</summary>
    public (Watch Watch, IReadOnlyCollection<StoredObject> Present) Begin(Call call)
    {
        if (call.Query("resourceVersion") is { Length: > 0 } text && !ulong.TryParse(text, CultureInfo.InvariantCulture, out _))
        {
            throw Refusal.Of(500, "", $"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
        }

        long? since = long.TryParse(call.Query("resourceVersion"), CultureInfo.InvariantCulture, out var version) && version > 0 ? version : null;
        return (database.Subscribe(call.Type.AliasOf ?? call.Type.Key, since, out var present), present);
    }

    /// <summary>Answers until the client goes, its time is up or the watch is cut (the connection is closed then).</summary>
    public async Task ServeAsync(Call call, Watch watch, IReadOnlyCollection<StoredObject> present, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(call.Stop, stopping);
        using var timeout = int.TryParse(call.Query("timeoutSeconds"), CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? new CancellationTokenSource(TimeSpan.FromSeconds(seconds), options.Time)
            : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, timeout.Token);
        var writer = new LineWriter(call, call.Query("allowWatchBookmarks") is "true" or "1");
        call.Context.Response.ContentType = "application/json";
        try
        {
            await call.Context.Response.StartAsync(call.Stop);
            foreach (var stored in present)
            {
                writer.Add(new StoredChange("ADDED", "", stored, null));
            }

            foreach (var change in watch.Backlog)
            {
                writer.Add(change);
            }

            watch.Backlog = [];
            await writer.FlushAsync();
            while (await watch.Changes.WaitToReadAsync(either.Token))
            {
                while (watch.Changes.TryRead(out var item))
                {
                    writer.Add(item);
                }

                await writer.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !limit.IsCancellationRequested)
        {
            await EndAsync(watch, writer);
        }
        catch (OperationCanceledException)
        {
            // The client went, or the server stops.
        }
        catch (Exception cut) when (cut is WatchCutException or IOException)
        {
            call.Context.Abort();
        }
    }

    // A watch whose time is up ends with a bookmark, so that the next one need not begin far back.
    private async Task EndAsync(Watch watch, LineWriter writer)
    {
        var version = database.OfferedVersion();
        while (watch.Changes.TryRead(out var item))
        {
            writer.Add(item);
        }

        writer.Add(new WatchItem(null, version));
        await writer.FlushAsync();
    }

    private sealed class LineWriter(Call call, bool bookmarks)
    {
        private readonly Selectors _selectors = call.Selectors();
        private readonly ArrayBufferWriter<byte> _lines = new(16 * 1024);
        private long _last;

        public void Add(WatchItem item)
        {
            if (item.Change is { } change)
            {
                Add(change);
            }
            else if (bookmarks)
            {
                var version = Math.Max(item.BookmarkVersion, _last).ToString(CultureInfo.InvariantCulture);
                Line("BOOKMARK", Encoding.UTF8.GetBytes(new JsonObject
                {
                    ["kind"] = call.Type.Kind,
                    ["apiVersion"] = call.Type.ApiVersion(call.Version.Name),
                    ["metadata"] = new JsonObject { ["resourceVersion"] = version, ["creationTimestamp"] = null },
                }.ToJsonString(Canonical.Relaxed)));
            }
        }

        public void Add(StoredChange change)
        {
            _last = Math.Max(_last, change.Now.Version);
            var before = change.Before is { } old && _selectors.Matches(old);
            var now = change.Type != "DELETED" && _selectors.Matches(change.Now);
            if (before || now)
            {
                // What stops to match goes, what begins to match comes.
                Line(now ? (before ? "MODIFIED" : "ADDED") : "DELETED", Lists.Text(call.Type, call.Version, change.Now));
            }
        }

        public async Task FlushAsync()
        {
            if (_lines.WrittenCount > 0)
            {
                await call.Context.Response.Body.WriteAsync(_lines.WrittenMemory, call.Stop);
                _lines.ResetWrittenCount();
            }

            await call.Context.Response.Body.FlushAsync(call.Stop);
        }

        private void Line(string type, ReadOnlyMemory<byte> json)
        {
            _lines.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"{type}\",\"object\":"));
            _lines.Write(json.Span);
            _lines.Write("}\n"u8);
        }
    }
}

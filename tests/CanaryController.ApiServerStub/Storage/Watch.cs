using System.Threading.Channels;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>One watch of a resource. A reader that falls behind by more than its backlog is cut off, as by the API server.</summary>
internal sealed class Watch(string resource, int backlog, long startVersion, Action<Watch> unsubscribe) : IDisposable
{
    private readonly Channel<WatchItem> _changes = Channel.CreateBounded<WatchItem>(backlog);

    /// <summary>What happened between the version that was asked for and the start.</summary>
    public IReadOnlyList<StoredChange> Backlog { get; set; } = [];

    /// <summary>The version at its start.</summary>
    public long StartVersion { get; } = startVersion;

    /// <summary>Everything since the start.</summary>
    public ChannelReader<WatchItem> Changes => _changes.Reader;

    public void Offer(StoredChange change)
    {
        if (change.Resource == resource && !_changes.Writer.TryWrite(new(change, 0)))
        {
            _changes.Writer.TryComplete();
        }
    }

    public void OfferBookmark(long version) => _changes.Writer.TryWrite(new(null, version));

    public void Cut() => _changes.Writer.TryComplete(new WatchCutException());

    public void Dispose() => unsubscribe(this);
}

/// <summary>What a watch is offered: a change, or (null) a bookmark.</summary>
internal readonly record struct WatchItem(StoredChange? Change, long BookmarkVersion);

/// <summary>A watch was cut off.</summary>
internal sealed class WatchCutException() : Exception("The watch was cut off.");

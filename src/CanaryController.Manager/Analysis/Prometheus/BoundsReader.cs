namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// Keeps the histogram's bucket bounds: asked for when a rollout needs them and they are not known, and now and then, since a gateway may be upgraded. Used by one loop.
/// All gateways behind one Prometheus have the same bounds, being one program.
/// </summary>
internal sealed class BoundsReader(PrometheusClient client, EvidenceBook book, TimeProvider time, ILogger<BoundsReader> logger)
{
    private static readonly TimeSpan WhenMissing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhenKnown = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Alive = TimeSpan.FromMinutes(5);

    private DateTimeOffset _readAt;
    private HistogramBounds _known = HistogramBounds.NotSeen;

    /// <summary>When to ask next if nothing happens; null = nobody needs bounds that are missing.</summary>
    public TimeSpan? DueIn => book.NeedsBounds().Missing ? WhenMissing : null;

    /// <summary>Asks when it is due.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var (any, missing) = book.NeedsBounds();
        var now = time.GetUtcNow();
        if (!any || now - _readAt < (missing ? WhenMissing : WhenKnown))
        {
            return;
        }

        _readAt = now;
        var (labels, result) = await client.LabelValuesAsync("le", "canary_gateway_request_duration_seconds_bucket", now - Alive, cancellation);
        var read = HistogramBounds.FromLabels(labels);
        if (result.Problem is null && !read.IsSameAs(HistogramBounds.NotSeen) && !read.IsSameAs(_known))
        {
            _known = read;
            logger.BoundsChanged(read.ToString());
            book.SetBounds(read);
        }
    }
}

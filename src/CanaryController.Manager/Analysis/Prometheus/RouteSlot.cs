namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// The rollouts that are judged by one route's counters: one as a rule. <see cref="Version"/> rises when they or what they count change, so that a series finds out by
/// one comparison whether it still knows where its samples go. Guarded by <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class RouteSlot(string route)
{
    /// <summary>The route's name, as the label <c>route</c> has it.</summary>
    public string Route { get; } = route;

    /// <summary>Rises with each change.</summary>
    public int Version { get; private set; }

    /// <summary>Who counts.</summary>
    public List<TrackedRollout> Rollouts { get; } = [];

    /// <summary>What was scraped for this route.</summary>
    public HashSet<ScrapeTarget> Targets { get; } = [];

    /// <summary>Each series looks anew where its samples go.</summary>
    public void Touch() => Version++;

    /// <summary>
    /// The longest scrape interval of the targets that are alive: in a block of this length each of them was scraped. Null before it is known.
    /// </summary>
    public int? IntervalMs(long nowMs)
    {
        int? longest = null;
        foreach (var target in Targets)
        {
            if (target.IntervalMs is { } interval && target.LastMs + (10L * interval) > nowMs && interval > (longest ?? 0))
            {
                longest = interval;
            }
        }

        return longest;
    }
}

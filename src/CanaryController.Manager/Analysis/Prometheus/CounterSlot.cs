namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>
/// The rollouts that are judged by the counters of one key: one as a rule. <see cref="Version"/> rises when they or what they count change, so that a series finds out by
/// one comparison whether it still knows where its samples go. Guarded by <see cref="EvidenceBook"/>.
/// </summary>
internal sealed class CounterSlot(string key)
{
    /// <summary>What the source's key labels say: a route, a backend, a Service.</summary>
    public string Key { get; } = key;

    /// <summary>Rises with each change.</summary>
    public int Version { get; private set; }

    /// <summary>Who counts.</summary>
    public List<TrackedRollout> Rollouts { get; } = [];

    /// <summary>What was scraped for this key.</summary>
    public HashSet<ScrapeTarget> Targets { get; } = [];

    /// <summary>Each series looks anew where its samples go.</summary>
    public void Touch() => Version++;
}

/// <summary>The slots of one rollout: one where its versions share a key, else one a version. Guarded by <see cref="EvidenceBook"/>.</summary>
internal sealed class CounterSlots(IReadOnlyList<CounterSlot> slots)
{
    /// <summary>Its counters go there from now on.</summary>
    public void Join(TrackedRollout rollout)
    {
        foreach (var slot in slots)
        {
            slot.Rollouts.Add(rollout);
            slot.Touch();
        }
    }

    /// <summary>They do no more.</summary>
    public void Leave(TrackedRollout rollout)
    {
        foreach (var slot in slots)
        {
            slot.Rollouts.Remove(rollout);
            slot.Touch();
        }
    }

    /// <summary>
    /// The longest scrape interval of the targets that are alive: in a block of this length each of them was scraped. Null before it is known.
    /// </summary>
    public int? IntervalMs(long nowMs)
    {
        int? longest = null;
        foreach (var slot in slots)
        {
            foreach (var target in slot.Targets)
            {
                if (target.IntervalMs is { } interval && target.LastMs + (10L * interval) > nowMs && interval > (longest ?? 0))
                {
                    longest = interval;
                }
            }
        }

        return longest;
    }
}

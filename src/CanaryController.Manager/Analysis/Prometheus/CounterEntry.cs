namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>A series that was seen before: its labels, taken apart once, and where its samples go. Guarded by <see cref="EvidenceBook"/>.</summary>
internal sealed class CounterEntry(CounterKind kind, CounterLabels labels, CounterSlot slot, ScrapeTarget target)
{
    private int _version = -1;

    /// <summary>What is counted.</summary>
    public CounterKind Kind { get; } = kind;

    /// <summary>The labels that matter.</summary>
    public CounterLabels Labels { get; } = labels;

    /// <summary>Whose series it is.</summary>
    public CounterSlot Slot { get; } = slot;

    /// <summary>Whence it was scraped.</summary>
    public ScrapeTarget Target { get; } = target;

    /// <summary>Where the samples go, as of the slot's present version.</summary>
    public CounterBinding[] Bindings()
    {
        if (_version != Slot.Version)
        {
            _version = Slot.Version;
            _bindings = [.. Slot.Rollouts.Select(rollout => new CounterBinding(rollout, rollout.Bind(Kind, Labels)))];
        }

        return _bindings;
    }

    private CounterBinding[] _bindings = [];
}

/// <summary>One rollout that a series counts for.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Handles">The series' handles in its ledger; empty = the series is not counted.</param>
internal sealed record CounterBinding(TrackedRollout Rollout, int[] Handles)
{
    /// <summary>The newest sample that the ledger has; older ones need not be offered again.</summary>
    public long LastMs { get; set; }
}

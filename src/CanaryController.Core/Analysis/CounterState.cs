namespace CanaryController.Core.Analysis;

/// <summary>A registered counter and its newest sample.</summary>
internal struct CounterState
{
    /// <summary>No sample yet.</summary>
    public const long Never = long.MinValue;

    /// <summary>Where it counts.</summary>
    public CountTrack Track;

    /// <summary>Its scrape target's index in the track.</summary>
    public int Target;

    /// <summary>Its version.</summary>
    public Arm Arm;

    /// <summary>What an increase adds to the requests, in multiples.</summary>
    public int TotalSign;

    /// <summary>What an increase adds to the bad requests, in multiples.</summary>
    public int BadSign;

    /// <summary>When the newest sample was scraped.</summary>
    public long NewestMs;

    /// <summary>The newest sample.</summary>
    public long Value;

    /// <summary>For a duration's bucket: the histogram that it counts with; null for others.</summary>
    public BucketPair? Pair;
}

namespace CanaryController.Examples.Demo.Load;

/// <summary>Collects what users met. Safe to use from many threads.</summary>
internal sealed class ResponseLog
{
    private readonly Lock _gate = new();
    private readonly List<ResponseRecord> _records = [];
    private readonly SortedDictionary<string, VersionTally> _tallies = new(StringComparer.Ordinal);
    private int _lost;

    /// <summary>Adds one.</summary>
    public void Add(ResponseRecord record)
    {
        lock (_gate)
        {
            _records.Add(record);
            _lost += record.LostByRouting ? 1 : 0;
            if (record.Version is { } version)
            {
                var tally = _tallies.GetValueOrDefault(version);
                _tallies[version] = new VersionTally(tally.Requests + 1, tally.Failed + (record.FailedByVersion ? 1 : 0));
            }
        }
    }

    /// <summary>Everything so far, in the order of the answers.</summary>
    public IReadOnlyList<ResponseRecord> ToList()
    {
        lock (_gate)
        {
            return [.. _records];
        }
    }

    /// <summary>Requests and failures of each version so far, and how many routing lost.</summary>
    public (IReadOnlyDictionary<string, VersionTally> Versions, int Total, int LostByRouting) Tally()
    {
        lock (_gate)
        {
            return (new SortedDictionary<string, VersionTally>(_tallies, StringComparer.Ordinal), _records.Count, _lost);
        }
    }
}

/// <summary>One version's requests.</summary>
/// <param name="Requests">Answered by it.</param>
/// <param name="Failed">Of those, with a server error.</param>
internal readonly record struct VersionTally(int Requests, int Failed);

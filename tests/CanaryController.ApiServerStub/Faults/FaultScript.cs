using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Faults;

/// <summary>What goes wrong, as tests script it. Safe to use from several threads.</summary>
public sealed class FaultScript
{
    private readonly Database _database;
    private readonly List<Armed> _armed = [];
    private readonly Lock _gate = new();
    private volatile bool _unreachable;

    internal FaultScript(Database database) => _database = database;

    /// <summary>Whether every connection is closed at its first request; watches are cut as it begins.</summary>
    public bool IsUnreachable
    {
        get => _unreachable;
        set
        {
            _unreachable = value;
            if (value)
            {
                _database.CutWatches();
            }
        }
    }

    /// <summary>Arms a fault until it has struck as often as it says, or what is returned is disposed of.</summary>
    public IDisposable Add(Fault fault)
    {
        var armed = new Armed(fault, this);
        lock (_gate)
        {
            _armed.Add(armed);
        }

        return armed;
    }

    /// <summary>Closes the connections of all watches.</summary>
    public void DropWatches() => _database.CutWatches();

    /// <summary>Forgets all changes: a watch from a version before now, and the rest of a list that was begun, answer 410.</summary>
    public void ExpireHistory() => _database.ExpireHistory();

    /// <summary>Sends every watch that asked for them a bookmark now.</summary>
    public void SendBookmarks() => _database.OfferBookmarks();

    /// <summary>The faults that strike a request, each counted as having struck.</summary>
    internal IReadOnlyList<Fault> Strike(StubRequest request)
    {
        lock (_gate)
        {
            return [.. _armed.Where(armed => armed.Strikes(request)).Select(armed => armed.Fault).ToList()];
        }
    }

    private void Remove(Armed armed)
    {
        lock (_gate)
        {
            _armed.Remove(armed);
        }
    }

    private sealed class Armed(Fault fault, FaultScript script) : IDisposable
    {
        private int _seen;

        public Fault Fault => fault;

        public bool Strikes(StubRequest request) => fault.Matches(request) && ++_seen > fault.Skip && _seen - fault.Skip <= fault.Times;

        public void Dispose() => script.Remove(this);
    }
}

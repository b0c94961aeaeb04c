using System.Threading.Channels;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>What a controller has to look at again. It says nothing about what happened: controllers are level-triggered.</summary>
/// <param name="Controller">Whose work this is.</param>
/// <param name="Resource">The object's resource.</param>
/// <param name="Namespace">Its namespace; null when it has none.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct WorkKey(string Controller, string Resource, string? Namespace, string Name);

/// <summary>Dirty keys, each at most once, in the order in which they became dirty. Its length is bounded by the number of objects.</summary>
internal sealed class WorkQueue(TimeProvider time) : IDisposable
{
    /// <summary>After this many failures in a row a key rests until its object changes again, as in the real controllers.</summary>
    private const int MaxRetries = 15;

    private readonly Lock _gate = new();
    private readonly Channel<WorkKey> _order = Channel.CreateUnbounded<WorkKey>(new() { SingleReader = true });
    private readonly HashSet<WorkKey> _dirty = [];
    private readonly Dictionary<WorkKey, int> _failures = [];
    private readonly Dictionary<WorkKey, (DateTimeOffset Due, ITimer Timer)> _later = [];
    private TaskCompletionSource? _idle;
    private bool _working;
    private bool _disposed;

    public void Add(WorkKey key)
    {
        lock (_gate)
        {
            if (!_disposed && _dirty.Add(key))
            {
                _order.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Makes a key dirty after a delay. Of several delays of one key the one that ends first counts.</summary>
    public void AddAfter(WorkKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }

        lock (_gate)
        {
            var due = time.GetUtcNow() + delay;
            if (_disposed || (_later.TryGetValue(key, out var waiting) && waiting.Due <= due))
            {
                return;
            }

            waiting.Timer?.Dispose();
            _later[key] = (due, time.CreateTimer(_ => Ripen(key, due), null, delay, Timeout.InfiniteTimeSpan));
        }
    }

    /// <summary>Takes the next key; <see cref="Done"/> follows.</summary>
    public async ValueTask<WorkKey> NextAsync(CancellationToken cancellation)
    {
        var key = await _order.Reader.ReadAsync(cancellation);
        lock (_gate)
        {
            _dirty.Remove(key);
            _working = true;
        }

        return key;
    }

    /// <summary>Ends the work on a key. A conflict is tried again at once, any other failure after 5 ms, doubled each time.</summary>
    public void Done(WorkKey key, bool failed = false, bool conflict = false)
    {
        if (!failed)
        {
            _failures.Remove(key);
        }
        else
        {
            var before = _failures.GetValueOrDefault(key);
            _failures[key] = before + 1;
            if (before < MaxRetries)
            {
                AddAfter(key, conflict ? TimeSpan.Zero : TimeSpan.FromMilliseconds(5 * (1 << before)));
            }
            else
            {
                _failures.Remove(key);
            }
        }

        lock (_gate)
        {
            _working = false;
            if (_dirty.Count == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    /// <summary>Completes when no key is dirty and none is being worked on. Keys that wait for a delay do not count.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
        {
            return !_working && _dirty.Count == 0
                ? Task.CompletedTask
                : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var (_, timer) in _later.Values)
            {
                timer.Dispose();
            }

            _later.Clear();
            _idle?.TrySetCanceled();
        }
    }

    private void Ripen(WorkKey key, DateTimeOffset due)
    {
        lock (_gate)
        {
            if (!_later.TryGetValue(key, out var waiting) || waiting.Due != due)
            {
                return;
            }

            waiting.Timer.Dispose();
            _later.Remove(key);
            Add(key);
        }
    }
}

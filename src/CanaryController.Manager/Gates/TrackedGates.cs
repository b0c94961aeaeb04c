using CanaryController.Core;
using CanaryController.Core.Rollouts;

namespace CanaryController.Manager.Gates;

/// <summary>The gates of one rollout: what they answered, and which are asked now. For all threads.</summary>
internal sealed class TrackedGates
{
    private readonly Lock _gate = new();
    private readonly Dictionary<GateKey, GateObservation> _answers = [];
    private readonly Dictionary<GateKey, CancellationTokenSource> _running = [];

    /// <summary>The rollout as it was decided about last.</summary>
    public RolloutState State { get; private set; } = new();

    /// <summary>Takes over what is to be asked, ends what is not, and returns what is to be begun. What was answered about another attempt or an earlier step is forgotten.</summary>
    public IReadOnlyList<(AskedGate Asked, CancellationToken Ends)> Take(RolloutState state, EquatableArray<AskedGate> asked)
    {
        lock (_gate)
        {
            var isSame = State.CanaryRevision == state.CanaryRevision && State.Attempt == state.Attempt;
            State = state;
            var wanted = asked.ToDictionary(each => new GateKey(each.StepIndex, each.Gate.Name));
            foreach (var key in _running.Keys.Where(key => !isSame || !wanted.ContainsKey(key)).ToList())
            {
                _running.Remove(key, out var ended);
                ended!.Cancel();
                ended.Dispose();
                StopClockLocked(key);
            }

            foreach (var key in _answers.Keys.Where(key => !isSame || (key.StepIndex < state.StepIndex && !wanted.ContainsKey(key))).ToList())
            {
                _answers.Remove(key);
            }

            var begun = new List<(AskedGate, CancellationToken)>();
            foreach (var (key, gate) in wanted.Where(each => !_running.ContainsKey(each.Key) && !IsSettledLocked(each.Key, each.Value.Gate)))
            {
                var ends = new CancellationTokenSource();
                _running[key] = ends;
                begun.Add((gate, ends.Token));
            }

            return begun;
        }
    }

    /// <summary>The answers about <paramref name="state"/>'s attempt.</summary>
    public EquatableArray<GateObservation> Answers(RolloutState state)
    {
        lock (_gate)
        {
            return [.. _answers.Values.Where(answer => answer.Revision == state.CanaryRevision && answer.Attempt == state.Attempt)];
        }
    }

    /// <summary>Since when a gate has not passed, as it was stored; null when it has, or was not asked before.</summary>
    public DateTimeOffset? WaitsSince(AskedGate asked)
    {
        var state = State;
        return state.PendingGates.FirstOrDefault(wait => wait.StepIndex == asked.StepIndex && wait.Name == asked.Gate.Name)?.Since;
    }

    /// <summary>Notes an answer, unless the question is no longer asked; true when it changed something that the rollout is decided by.</summary>
    public bool Note(AskedGate asked, GateNote note, CancellationToken ends)
    {
        lock (_gate)
        {
            if (ends.IsCancellationRequested || State.CanaryRevision is not { } revision)
            {
                return false;
            }

            var key = new GateKey(asked.StepIndex, asked.Gate.Name);
            var before = _answers.GetValueOrDefault(key);
            _answers[key] = new(revision, State.Attempt, asked.StepIndex, asked.Gate.Name, note.Status, note.Message) { Since = note.Since };
            return (before?.Status ?? GateStatus.Pending) != note.Status;
        }
    }

    /// <summary>Nobody asks <paramref name="asked"/> any more: it is begun again when it is still wanted and has not said all.</summary>
    public void Leave(AskedGate asked, CancellationToken ends)
    {
        lock (_gate)
        {
            var key = new GateKey(asked.StepIndex, asked.Gate.Name);
            if (!ends.IsCancellationRequested && _running.Remove(key, out var ended))
            {
                ended.Dispose();
            }
        }
    }

    /// <summary>Ends all questions.</summary>
    public void End() => Take(new(), []);

    /// <summary>While it is not asked, no deadline of it runs.</summary>
    private void StopClockLocked(GateKey key)
    {
        if (_answers.GetValueOrDefault(key) is { Since: not null } answer)
        {
            _answers[key] = answer with { Since = null };
        }
    }

    /// <summary>What held something back and let it go has said all; so has what rolled back.</summary>
    private bool IsSettledLocked(GateKey key, GateSpec gate) => _answers.GetValueOrDefault(key)?.Status switch
    {
        GateStatus.Failed => true,
        GateStatus.Passed => gate.When is GateMoment.Before or GateMoment.BeforePromotion,
        GateStatus.Pending or null => false,
    };

    private readonly record struct GateKey(int StepIndex, string Name);
}

/// <summary>What one question came to.</summary>
/// <param name="Status">What it means for the rollout now.</param>
/// <param name="Message">The same in one sentence.</param>
/// <param name="Since">Since when the gate has not passed; null when it has, or need not.</param>
internal readonly record struct GateNote(GateStatus Status, string Message, DateTimeOffset? Since);

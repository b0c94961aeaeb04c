using System.Runtime.InteropServices;

namespace CanaryController.Core.Analysis;

/// <summary>
/// Finds the counters whose restart cannot be seen in themselves: a process that started again between two scrapes may have counted beyond the old value already, and then
/// only what is above it seems to have come. Another counter of the same version that fell gives the restart away; one of stable's, which stays configured, that of the
/// whole target, while the canary's also fall when a gateway's configuration drops the version and takes it up again.
/// </summary>
internal sealed class RestartTable
{
    /// <summary>A longer past than this is read seldom: its memory is given back.</summary>
    private const int Kept = 256;

    private readonly Dictionary<(int Target, Arm Arm), (long FromMs, long ToMs)> _latest = [];
    private readonly List<(int Target, Arm Arm, long FromMs, long ToMs)> _fallen = [];
    private Dictionary<(int Target, Arm Arm, long FromMs, long ToMs), (long Total, long Bad)> _risen = [];

    /// <summary>A counter fell.</summary>
    public void Fell(CounterState counter, long fromMs, long toMs) => _fallen.Add((counter.Target, counter.Arm, fromMs, toMs));

    /// <summary>A counter did not fall, and what it gained on <paramref name="previous"/> was counted.</summary>
    public void Rose(CounterState counter, long fromMs, long toMs, long previous)
    {
        if (previous > 0)
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_risen, (counter.Target, counter.Arm, fromMs, toMs), out _);
            sum = (sum.Total + (counter.TotalSign * previous), sum.Bad + (counter.BadSign * previous));
        }
    }

    /// <summary>What was counted too little since the last look, each with the timestamp it belongs to.</summary>
    public List<(Arm Arm, long ToMs, long Total, long Bad)> Resolve()
    {
        var missing = new List<(Arm, long, long, long)>();
        if (_fallen.Count + _latest.Count > 0)
        {
            foreach (var ((target, arm, fromMs, toMs), (total, bad)) in _risen)
            {
                if (Restarted(target, arm, fromMs, toMs))
                {
                    missing.Add((arm, toMs, total, bad));
                }
            }

            foreach (var (target, arm, fromMs, toMs) in _fallen)
            {
                if (!_latest.TryGetValue((target, arm), out var known) || known.ToMs < toMs)
                {
                    _latest[(target, arm)] = (fromMs, toMs);
                }
            }
        }

        _fallen.Clear();
        if (_risen.Count > Kept)
        {
            _risen = [];
        }

        _risen.Clear();
        return missing;
    }

    /// <summary>Nothing is known any more.</summary>
    public void Forget()
    {
        _latest.Clear();
        _fallen.Clear();
        _risen = [];
    }

    private bool Restarted(int target, Arm arm, long fromMs, long toMs)
    {
        if (IsWithin(_latest.GetValueOrDefault((target, Arm.Stable))) || (arm == Arm.Canary && IsWithin(_latest.GetValueOrDefault((target, Arm.Canary)))))
        {
            return true;
        }

        foreach (var fall in _fallen)
        {
            if (fall.Target == target && (fall.Arm == Arm.Stable || arm == Arm.Canary) && IsWithin((fall.FromMs, fall.ToMs)))
            {
                return true;
            }
        }

        return false;

        bool IsWithin((long FromMs, long ToMs) restart) => restart.ToMs > 0 && fromMs <= restart.FromMs && toMs >= restart.ToMs;
    }
}

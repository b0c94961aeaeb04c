using CanaryController.Core.Rollouts;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using CanaryController.Testing;

namespace CanaryController.Simulation;

/// <summary>What must hold at every moment, whatever the process went through.</summary>
internal sealed class Rules(ManagerBed bed)
{
    private readonly Dictionary<RolloutKey, long> _versions = [];
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);

    /// <summary>
    /// Traffic moves only as persisted before: the split that was just carried out is the one of the stored state. At rest it is all on stable, so a rejected canary has none.
    /// </summary>
    public void CheckApplied(RouteTarget target, TrafficSplit split)
    {
        var state = bed.Store.Read(new("default", target.Route)).State;
        var isAsStored = state.Phase.IsAtRest()
            ? split.SoleVersion == state.StableRevision
            : split.Stable == state.StableRevision && split.Canary == state.CanaryRevision && split.Weight == state.Weight;
        Demand(isAsStored, $"{target.Route} carries {split}, but stored is {state.Phase} with {state.StableRevision}/{state.CanaryRevision} at {state.Weight}");
    }

    /// <summary>What holds between two moves.</summary>
    public void Check()
    {
        foreach (var key in bed.Store.Keys)
        {
            var stored = bed.Store.Read(key);
            Demand(stored.ResourceVersion >= _versions.GetValueOrDefault(key), $"{key} lost a committed write: version {stored.ResourceVersion} after {_versions.GetValueOrDefault(key)}");
            _versions[key] = stored.ResourceVersion;
            Demand(stored.State.Phase is not RolloutPhase.Aborted || stored.State.Weight == CanaryWeight.Zero, $"{key} is aborted at {stored.State.Weight}");
            Demand(stored.State.StableRevision is null || WasPromoted(stored.State), $"{key}: stable is {stored.State.StableRevision}, which was neither adopted nor promoted last");
            CheckEvents(key, stored.State);
        }

        foreach (var gone in _versions.Keys.Except(bed.Store.Keys).ToList())
        {
            _versions.Remove(gone);
        }

        var heard = bed.Heard.Events.Select(seen => seen.Id).ToList();
        Demand(heard.Zip(heard.Skip(1)).All(pair => pair.First < pair.Second), "a transition was announced twice or out of order");
    }

    /// <summary>A command is answered once, and the answer never changes.</summary>
    public void CheckCommand(string id, bool mustBeAnswered)
    {
        var answer = bed.Get<SqliteCommands>().Find(id)?.Answer;
        Demand(answer is not null || !mustBeAnswered, $"the command {id} was never answered");
        if (answer is not null)
        {
            var text = $"{answer.Status}: {answer.Message}";
            Demand(_answers.GetValueOrDefault(id, text) == text, $"the command {id} was answered '{_answers.GetValueOrDefault(id)}', then '{text}'");
            _answers[id] = text;
        }
    }

    public static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private void CheckEvents(RolloutKey key, RolloutState state)
    {
        var sequences = bed.Get<SqliteEvents>().Of(key, 2_000).Select(seen => seen.Sequence).ToList();
        Demand(sequences.Count == 0 || sequences[0] == state.Sequence, $"{key}: the newest event is {sequences.FirstOrDefault()}, the state is at {state.Sequence}");
        Demand(sequences.Zip(sequences.Skip(1)).All(pair => pair.First == pair.Second + 1), $"{key}: an event is missing or doubled: {string.Join(' ', sequences)}");
    }

    private static bool WasPromoted(RolloutState state) =>
        state.History.LastOrDefault(record => record.Outcome is RevisionOutcome.Adopted or RevisionOutcome.Promoted) is not { } last || last.Revision == state.StableRevision;
}

using System.Globalization;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Resources;
using CanaryController.Testing;

namespace CanaryController.Simulation;

/// <summary>Two rollouts of one manager, and everything that may happen to them, drawn from a seed.</summary>
internal sealed class World : IAsyncDisposable
{
    private const int LastMoves = 40;

    private static readonly string[] Names = ["shop", "cart"];
    private static readonly string[] Versions = ["v1", "v2", "v3", "v4"];

    private readonly Random _random;
    private readonly ManagerBed _bed;
    private readonly Rules _rules;
    private readonly Queue<string> _story = [];
    private readonly List<string> _commands = [];
    private int _untilDeath = int.MaxValue;
    private bool _isDead;

    public World(int seed)
    {
        _random = new Random(seed);
        _bed = new ManagerBed(_ => MayDie());
        _rules = new Rules(_bed);
        _bed.Router.BeforeApply = _ => MayDie();
        _bed.Router.AfterApply = _ =>
        {
            if (_bed.Router is { Problem: null, Applied: [.., var (target, split)] })
            {
                _rules.CheckApplied(target, split);
            }

            MayDie();
        };
    }

    /// <summary>The last moves, for whoever has to understand a failure.</summary>
    public string Story => string.Join('\n', _story);

    public async ValueTask DisposeAsync()
    {
        (_isDead, _untilDeath) = (false, int.MaxValue);
        await _bed.DisposeAsync();
    }

    /// <summary>Lives through that many moves.</summary>
    public async Task LiveAsync(int moves)
    {
        foreach (var name in Names)
        {
            _bed.Put($"{name}.yaml", RolloutText.Of(name));
        }

        for (var move = 0; move < moves; move++)
        {
            await SurviveAsync(MoveAsync);
            await SurviveAsync(SettleAsync);
            _rules.Check();
            _commands.ForEach(id => _rules.CheckCommand(id, mustBeAnswered: false));
        }
    }

    /// <summary>All faults end: each rollout has to come to rest, with all traffic on its stable version and every command answered.</summary>
    public async Task ComeHomeAsync()
    {
        _untilDeath = int.MaxValue;
        (_bed.Router.Problem, _bed.Evidence.Verdict) = (null, Verdict.Passed);
        Array.ForEach(Versions, version => _bed.Router.SetInstances(version, 1, 1));
        foreach (var name in Names)
        {
            _bed.Put($"{name}.yaml", RolloutText.Of(name, canary: "v2"));
        }

        for (var round = 0; round < 200; round++)
        {
            _bed.Time.Advance(TimeSpan.FromSeconds(10));
            await SettleAsync();
            ResumeWhatPeopleHold();
        }

        _rules.Check();
        _commands.ForEach(id => _rules.CheckCommand(id, mustBeAnswered: true));
        foreach (var key in _bed.Store.Keys)
        {
            var state = _bed.Store.Read(key).State;
            Rules.Demand(state.Phase.IsAtRest() && state.Pending is null, $"{key} never came to rest: {state.Phase} ({state.Reason}: {state.Message})");
            Rules.Demand(
                _bed.Router.Applied.LastOrDefault(applied => applied.Target.Route == key.Name).Split is not { } split || split.SoleVersion == state.StableRevision,
                $"{key} is at rest, but its route does not give all to {state.StableRevision}");
        }
    }

    private void ResumeWhatPeopleHold()
    {
        foreach (var key in _bed.Store.Keys.Where(key => _bed.Store.Read(key).State.Phase is RolloutPhase.Paused))
        {
            Command(key, RolloutAction.Resume, null);
        }
    }

    private void MayDie()
    {
        if (_isDead || --_untilDeath == 0)
        {
            // It writes nothing any more, whatever it does about that.
            (_isDead, _untilDeath) = (true, int.MaxValue);
            throw new Died();
        }
    }

    /// <summary>After a death a new process finds what was stored and goes on.</summary>
    private async Task SurviveAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Died)
        {
            Tell("it died, and starts again");
            _isDead = false;
            await _bed.RestartAsync();
        }
    }

    private async Task SettleAsync()
    {
        _bed.Scan();
        foreach (var name in Names)
        {
            for (var again = 0; again < 3; again++)
            {
                var outcome = await _bed.ReconcileAsync(new RolloutKey("default", name));
                if (outcome.RetryWithin is null && !(outcome.WakeAt <= _bed.Time.GetUtcNow()))
                {
                    break;
                }
            }
        }

        await _bed.AnnounceAsync();
    }

    private Task MoveAsync()
    {
        var name = Pick(Names);
        switch (_random.Next(20))
        {
            case < 7:
                _bed.Time.Advance(TimeSpan.FromSeconds(Tell(_random.Next(1, 16), "seconds pass")));
                break;
            case < 9:
                _bed.Evidence.Verdict = Tell(Pick([Verdict.Passed, Verdict.Passed, .. Enum.GetValues<Verdict>()]), "is the verdict");
                break;
            case 9:
                _bed.Router.Problem = Tell(_bed.Router.Problem is null ? "The router is away." : null, "is the router's problem");
                break;
            case 10:
                _bed.Router.SetInstances(Pick(Versions), Tell(_random.Next(4), "of 3 instances are well"), 3);
                break;
            case < 13:
                _bed.Put($"{name}.yaml", Tell(RolloutText.Of(name, canary: Pick(Versions)), "is the file"));
                break;
            case 13:
                _bed.Put($"{name}.yaml", Tell("kind: [", "is the file"));
                break;
            case 14:
                File.Delete(Path.Combine(_bed.Options.Standalone.Folder, $"{Tell(name, "is deleted")}.yaml"));
                break;
            case < 18:
                Command(new RolloutKey("default", name), Pick(Enum.GetValues<RolloutAction>()), _random.Next(3) == 0 ? Pick(Versions) : null);
                break;
            case 18:
                _untilDeath = Tell(_random.Next(1, 15), "writes until it dies");
                break;
            default:
                Tell("it is restarted");
                return _bed.RestartAsync();
        }

        return Task.CompletedTask;
    }

    private void Command(RolloutKey key, RolloutAction action, string? revision)
    {
        if (_bed.Get<IRolloutResources>().Find(key) is null)
        {
            return;
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"c{_commands.Count}");
        Tell($"{action} {revision} for {key}");
        _bed.Get<SqliteCommands>().Add(key, new RolloutCommand { Id = id, Action = action, Actor = Pick(["ann", "bob"]), Revision = revision }, _bed.Time.GetUtcNow());
        _commands.Add(id);
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private T Tell<T>(T what, string how = "")
    {
        _story.Enqueue($"{_bed.Time.GetUtcNow():HH:mm:ss} {what} {how}".TrimEnd());
        if (_story.Count > LastMoves)
        {
            _story.Dequeue();
        }

        return what;
    }
}

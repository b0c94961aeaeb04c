using CanaryController.Cli.Cluster;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Rendering;
using CanaryController.Resources;

namespace CanaryController.Cli.Commands;

/// <summary>
/// Marks Rollouts and waits until the controller has done what the marks ask for. It tells on stderr what each waits for, whenever that changes. A mark that could not be written is tried
/// again with the next look, and an API server that is away is waited for.
/// </summary>
internal sealed class LeavingWait(ClusterClient client, Func<CancellationToken, Task<IReadOnlyList<RolloutHold>>> look, CliEnvironment environment, bool isReleased)
{
    private const string Silence =
        "Does one run, and does it watch these namespaces? Start it, or, if none will ever run again, give back by hand as docs/operations/uninstall.md says under \"When the controller is dead already\".";

    private const int MarksAtOnce = 16;
    private const int MaxListed = 10;
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<RolloutKey, RolloutHold> _pending = [];
    private readonly HashSet<RolloutKey> _marked = [];
    private readonly List<CliException> _refusals = [];
    private bool _isAnswered;
    private bool _isSilenceTold;

    /// <summary>Waits.</summary>
    /// <param name="holds">Which, as they were seen just now.</param>
    /// <param name="timeout">How long at most.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <exception cref="CliException">The time is up, or a mark was refused.</exception>
    public async Task RunAsync(IReadOnlyList<RolloutHold> holds, TimeSpan timeout, CancellationToken cancellation)
    {
        var began = environment.Time.GetTimestamp();
        foreach (var hold in holds)
        {
            _pending[hold.Key] = hold;
        }

        for (var pause = environment.PollInterval; ; pause = pause < _longestPause ? pause * 2 : pause)
        {
            var away = await MarkAsync(cancellation);
            foreach (var done in _pending.Values.Where(IsDone).ToList())
            {
                Drop(done.Key, isReleased ? "left." : "led.");
            }

            foreach (var wrong in _pending.Values.Where(hold => !isReleased && hold.IsWrong && _marked.Contains(hold.Key)).ToList())
            {
                _refusals.Add(new(ExitCode.Rejected, $"{wrong.Key} cannot be led: {wrong.Says}"));
                Drop(wrong.Key, "not led; correct the Rollout, and it is.");
            }

            if (_pending.Count == 0)
            {
                return;
            }

            var waited = environment.Time.GetElapsedTime(began);
            TellSilence(waited, away is null);
            if (waited >= timeout)
            {
                throw away ?? Late(timeout);
            }

            await Task.Delay(pause < timeout - waited ? pause : timeout - waited, environment.Time, cancellation);
            await SeeAsync(cancellation);
        }
    }

    /// <summary>Says how it ended for those that could not be marked, or cannot be led; none when all could.</summary>
    public CliException? Refusal => _refusals.FirstOrDefault();

    /// <summary>Writes the marks that are missing; returns why that is not possible now, if so. One that is refused does not keep the others.</summary>
    private async Task<CliException?> MarkAsync(CancellationToken cancellation)
    {
        foreach (var some in _pending.Values.Where(hold => !hold.IsDeleting && !_marked.Contains(hold.Key)).OrderBy(hold => hold.Key).Chunk(MarksAtOnce).ToList())
        {
            foreach (var (hold, marked, failure) in await Task.WhenAll(some.Select(hold => MarkAsync(hold, cancellation))))
            {
                switch (failure)
                {
                    case { Code: ExitCode.Unreachable }:
                        return failure;
                    case not null:
                        _refusals.Add(failure);
                        Drop(hold.Key, failure.Message);
                        break;
                    case null when marked is null:
                        Drop(hold.Key, "it is gone.");
                        break;
                    case null:
                        _marked.Add(hold.Key);
                        Notice(hold, marked!);
                        break;
                }
            }
        }

        return null;
    }

    private async Task<(RolloutHold Hold, RolloutHold? Marked, CliException? Failure)> MarkAsync(RolloutHold hold, CancellationToken cancellation)
    {
        try
        {
            return (hold, hold.IsMarked == isReleased ? hold : await client.MarkAsync(hold.Key, isReleased, cancellation), null);
        }
        catch (CliException refused)
        {
            return (hold, null, refused);
        }
    }

    private async Task SeeAsync(CancellationToken cancellation)
    {
        IReadOnlyList<RolloutHold> all;
        try
        {
            all = await look(cancellation);
        }
        catch (CliException away) when (away.Code is ExitCode.Unreachable)
        {
            return;
        }

        var seen = all.ToDictionary(hold => hold.Key);
        foreach (var before in _pending.Values.OrderBy(hold => hold.Key).ToList())
        {
            if (seen.GetValueOrDefault(before.Key) is { } now)
            {
                Notice(before, now);
            }
            else
            {
                Drop(before.Key, "it is gone.");
            }
        }
    }

    /// <summary>A mark changes the version of the object: who was about to adopt one that is not held has to look again, and sees the mark.</summary>
    private bool IsDone(RolloutHold hold) => (_marked.Contains(hold.Key) || hold.IsDeleting) && (isReleased ? !hold.IsHeld : hold.IsHeld || hold.IsDeleting);

    private void Notice(RolloutHold before, RolloutHold now)
    {
        _pending[now.Key] = now;
        _isAnswered |= now.IsAnswered || now.Says != before.Says;
        if (now.Says != before.Says && !IsDone(now))
        {
            Tell(now.Key, now.Says);
        }
    }

    private void Drop(RolloutKey key, string why)
    {
        _pending.Remove(key);
        Tell(key, why);
    }

    private void TellSilence(TimeSpan waited, bool isReachable)
    {
        if (isReachable && !_isAnswered && !_isSilenceTold && waited >= environment.AnswerPatience)
        {
            _isSilenceTold = true;
            environment.Error.WriteLine($"No controller has answered for {Humanize.Duration(environment.AnswerPatience)}. {Silence}");
        }
    }

    private CliException Late(TimeSpan timeout)
    {
        var listed = _pending.Values.OrderBy(hold => hold.Key).Take(MaxListed).Select(hold => $"\n  {hold.Key}: {(hold.Says.Length > 0 ? hold.Says : "the controller has said nothing yet.")}");
        var more = _pending.Count > MaxListed ? $"\n  and {_pending.Count - MaxListed} more" : "";
        return new(
            ExitCode.TimedOut,
            $"After {Humanize.Duration(timeout)} {_pending.Count} {(_pending.Count == 1 ? "rollout is" : "rollouts are")} not {(isReleased ? "left" : "led")}; what was asked for stays, and is done as soon as it can be."
            + $"{(_isAnswered ? "" : $" No controller answered. {Silence}")}{string.Concat(listed)}{more}");
    }

    private void Tell(RolloutKey key, string what) => environment.Error.WriteLine($"{key}: {what}");
}

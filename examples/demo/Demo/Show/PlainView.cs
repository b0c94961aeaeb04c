namespace CanaryController.Examples.Demo.Show;

/// <summary>Lines, where there is no terminal: one a change, and one every few seconds.</summary>
internal sealed class PlainView(TextWriter output) : IScenarioView
{
    private static readonly TimeSpan _atLeastEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private string _standing = "";
    private TimeSpan _last;

    public void Say(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }

    public void Update(Snapshot now)
    {
        var standing = now.Rollout is { } rollout
            ? $"{rollout.Phase}, step {rollout.Step} of {rollout.Steps.Count}, wanted {rollout.WantedWeightPercent:0.##} %, at the gateway {now.Weight:0.##} %"
            : $"the manager does not answer, at the gateway {now.Weight:0.##} %";
        if (standing == _standing && now.Elapsed >= _last && now.Elapsed - _last < _atLeastEvery)
        {
            return;
        }

        (_standing, _last) = (standing, now.Elapsed);
        var (versions, _, lost) = now.Responses.Tally();
        var met = string.Join(", ", versions.Select(version => $"{version.Key} {version.Value.Requests} ({version.Value.Failed} failed)"));
        var waiting = now.Rollout is { WaitingFor: [var first, ..] } ? $" | waits: {first}" : "";
        Say($"{now.Elapsed.TotalSeconds,6:0.0} s  {standing} | {met}, lost {lost}{waiting}");
    }
}

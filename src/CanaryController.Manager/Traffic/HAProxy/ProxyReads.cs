namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>A backend, or why it is not known.</summary>
/// <param name="Backend">It; null with a problem.</param>
/// <param name="IsMissing">HAProxy answered that there is no such backend.</param>
/// <param name="Problem">What is wrong, in one sentence.</param>
internal readonly record struct ProxyRead(ProxyBackend? Backend, bool IsMissing, string? Problem);

/// <summary>
/// Reads one HAProxy's backends, each time anew. Only that nobody answers counts for <see cref="FailureAge"/>, so that a proxy that hangs is not asked once a rollout.
/// </summary>
internal sealed class ProxyReads(HAProxyClient client, TimeProvider time)
{
    /// <summary>How long a failure counts.</summary>
    public static readonly TimeSpan FailureAge = TimeSpan.FromSeconds(1);

    private volatile Failure? _failure;

    /// <summary>Who is asked.</summary>
    public HAProxyClient Client => client;

    /// <summary>The backend as it is now.</summary>
    /// <param name="backend">Its name.</param>
    /// <param name="mayRemember">A failure of a moment ago is answer enough; not for somebody who is about to write.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<ProxyRead> ReadAsync(string backend, bool mayRemember, CancellationToken cancellation)
    {
        if (mayRemember && _failure is { } recent && time.GetElapsedTime(recent.At) < FailureAge)
        {
            return new(null, false, recent.Problem);
        }

        var doing = $"tell backend '{backend}'";
        var answer = await client.AskAsync([ProxyCommand.ShowServers(backend), ProxyCommand.ShowStat(backend), ProxyCommand.ShowMaps], doing, cancellation);
        if (answer.Problem is null && !ProxyBackendReader.IsOf(backend, answer.Texts[1]) && ProxyBackendReader.NumberOf(answer.Texts[0]) is { } number)
        {
            // A frontend of the same name: the backend answers to its number.
            answer = await client.AskAsync([ProxyCommand.ShowServers(backend), ProxyCommand.ShowStat(number), ProxyCommand.ShowMaps], doing, cancellation);
        }

        if (answer.Problem is not null)
        {
            _failure = new(answer.Problem, time.GetTimestamp());
            return new(null, false, answer.Problem);
        }

        _failure = null;
        if (answer.Texts[0].StartsWith(ProxyBackendReader.NoBackend, StringComparison.Ordinal))
        {
            return new(null, true, $"HAProxy '{client.Name}' has no backend '{backend}'.");
        }

        var (read, problem) = ProxyBackendReader.Read(backend, answer.Texts[0], answer.Texts[1]);
        var maps = ProxyMapReader.Find(backend, answer.Texts[2]);
        if (read is not null && maps.Count > 0)
        {
            (maps, problem) = await EntriesAsync(maps, doing, cancellation);
            read = problem is null ? read with { Maps = [.. maps] } : null;
        }

        return new(read, false, problem is null ? null : $"HAProxy '{client.Name}' cannot be understood: {problem}");
    }

    private async Task<(IReadOnlyList<ProxyMap> Maps, string? Problem)> EntriesAsync(IReadOnlyList<ProxyMap> maps, string doing, CancellationToken cancellation)
    {
        var answer = await client.AskAsync([.. maps.Select(map => ProxyCommand.ShowMap(map.File))], doing, cancellation);
        if (answer.Problem is not null)
        {
            return ([], answer.Problem);
        }

        var read = maps.Select((map, index) => (map.File, Map: ProxyMapReader.WithEntries(map, answer.Texts[index]))).ToList();
        return read.Find(each => each.Map is null) is { File: { } file } ? ([], $"it does not say what stands in the map {file}.") : ([.. read.Select(each => each.Map!)], null);
    }

    private sealed record Failure(string Problem, long At);
}

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// Divides a sum among a version's servers in the proportion of their configured weights, evenly where all are configured with 0. A server that is configured with 0 beside others that are not
/// gets none.
/// </summary>
internal sealed class VersionWeights
{
    private readonly IReadOnlyList<ProxyServer> _servers;
    private readonly bool _isSaid;

    /// <summary>Those that the sum is meant for: the usable ones, or all when none is.</summary>
    private readonly List<ProxyServer> _active;
    private readonly int _ratios;

    public VersionWeights(IReadOnlyList<ProxyServer> servers)
    {
        _servers = servers;
        _isSaid = servers.Any(server => server.Initial > 0);
        _active = [.. servers.Where(server => server.IsUsable && Ratio(server) > 0)];
        _active = _active.Count > 0 ? _active : [.. servers.Where(server => Ratio(server) > 0)];
        _ratios = _active.Sum(Ratio);
        MaxSum = _active.Count == 0 ? 0 : (int)((long)ProxyCommand.MaxWeight * _ratios / _active.Max(Ratio));
    }

    /// <summary>What they weigh together at most; 0 when there are none.</summary>
    public int MaxSum { get; }

    /// <summary>Writes each server's weight, so that the active ones have exactly <paramref name="sum"/> together (largest remainders).</summary>
    /// <param name="sum">0 to <see cref="MaxSum"/>.</param>
    /// <param name="weights">Written to.</param>
    /// <param name="restGetsPart">Servers that take no requests get what they would have; otherwise 0.</param>
    public void Give(int sum, Dictionary<string, int> weights, bool restGetsPart)
    {
        foreach (var server in _servers)
        {
            weights[server.Name] = restGetsPart && _ratios > 0 ? (int)Math.Min((long)sum * Ratio(server) / _ratios, ProxyCommand.MaxWeight) : 0;
        }

        var given = 0;
        foreach (var server in _active)
        {
            given += weights[server.Name] = (int)((long)sum * Ratio(server) / Math.Max(_ratios, 1));
        }

        foreach (var server in _active.OrderByDescending(server => (long)sum * Ratio(server) % _ratios).Take(sum - given))
        {
            weights[server.Name]++;
        }
    }

    private int Ratio(ProxyServer server) => _isSaid ? server.Initial : 1;
}

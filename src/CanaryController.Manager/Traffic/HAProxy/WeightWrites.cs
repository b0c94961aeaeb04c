namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>One write.</summary>
/// <param name="Server">The server.</param>
/// <param name="Weight">What it gets.</param>
internal readonly record struct WeightWrite(string Server, int Weight);

/// <summary>
/// The writes that lead from the weights now to those of a plan, in an order in which the canary never has more than the larger of its shares before and after, and never all weights are 0:
/// what takes from the canary comes first, and what is raised comes before what is lowered.
/// </summary>
/// <param name="Lowering">Those that lower the canary's share. They have to succeed before the others are sent.</param>
/// <param name="Raising">Those that raise it.</param>
internal sealed record WeightWrites(IReadOnlyList<WeightWrite> Lowering, IReadOnlyList<WeightWrite> Raising)
{
    /// <summary>Nothing is to be written.</summary>
    public bool IsNone => Lowering.Count + Raising.Count == 0;

    /// <summary>Makes them.</summary>
    public static WeightWrites Of(BackendVersions versions, WeightPlan plan)
    {
        var rest = versions.Stable.Concat(versions.Retired).ToList();
        var isAlone = rest.All(server => server.Weight == 0 && plan.Weights[server.Name] == 0);
        if (isAlone)
        {
            // The canary has everything before and after: only its own weights move.
            return new([], [.. Up(versions.Canary, plan), .. Down(versions.Canary, plan)]);
        }

        return new([.. Up(rest, plan), .. Down(versions.Canary, plan)], [.. Up(versions.Canary, plan), .. Down(rest, plan)]);
    }

    private static IEnumerable<WeightWrite> Up(IEnumerable<ProxyServer> servers, WeightPlan plan) =>
        servers.Where(server => plan.Weights[server.Name] > server.Weight).Select(server => new WeightWrite(server.Name, plan.Weights[server.Name]));

    private static IEnumerable<WeightWrite> Down(IEnumerable<ProxyServer> servers, WeightPlan plan) =>
        servers.Where(server => plan.Weights[server.Name] < server.Weight).Select(server => new WeightWrite(server.Name, plan.Weights[server.Name]));
}

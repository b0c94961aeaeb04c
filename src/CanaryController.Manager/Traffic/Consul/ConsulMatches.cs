using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// Writes the routes for matched requests beside the weights. They are an entry of their own: what ends comes before the weights, what begins after them, each by a write that holds only while its entry is
/// as it was.
/// </summary>
internal sealed class ConsulMatches(ConsulService service, ConsulVersions versions, TrafficSplit wanted)
{
    /// <summary>Routes are to be written, or to go.</summary>
    public bool Writes(ConsulSight sight, ServiceSplits splits) => Plan(sight, splits).Writes;

    /// <summary>Why the routes cannot be written, in one sentence; null when they can.</summary>
    public string? Refusal(ConsulSight sight, ServiceSplits splits) => Plan(sight, splits).Problem;

    /// <summary>Ends those that are not wanted any more, or not as they stand there.</summary>
    public async Task<(ConsulSight Sight, string? Problem)> TakeAsync(ConsulSight sight, ServiceSplits splits, CancellationToken cancellation)
    {
        var note = RouterNote.Of(sight.Router);
        if (note is null || (note.Subset == versions.CanarySubset && note.Picks.All(wanted.Matches.Contains)))
        {
            return (sight, null);
        }

        // Those that go on keep leading their requests to the canary meanwhile.
        var left = note.Subset == versions.CanarySubset ? RouterPlan.Match(sight.Router, versions, splits.Find(SplitRole.Canary)?.Json, [.. note.Picks.Where(wanted.Matches.Contains)]) : ConsulPlan.Nothing;
        return await WriteAsync(sight, left.Writes ? left : RouterPlan.Match(sight.Router, versions, null, []), cancellation);
    }

    /// <summary>Begins those that are wanted, once the weights are.</summary>
    public async Task<(ConsulSight Sight, string? Problem)> GiveAsync(ConsulSight sight, ServiceSplits splits, CancellationToken cancellation)
    {
        var plan = Plan(sight, splits);
        return plan.Problem is null ? await WriteAsync(sight, plan, cancellation) : (sight, plan.Problem);
    }

    private ConsulPlan Plan(ConsulSight sight, ServiceSplits splits) => RouterPlan.Match(sight.Router, versions, splits.Find(SplitRole.Canary)?.Json, wanted.Matches);

    private async Task<(ConsulSight Sight, string? Problem)> WriteAsync(ConsulSight sight, ConsulPlan plan, CancellationToken cancellation)
    {
        if (!plan.Writes)
        {
            return (sight, null);
        }

        var index = ConsulEntry.IndexOf(sight.Router);
        var written = plan.Entry is { } entry
            ? await service.Client.PutAsync(entry, index, $"write service-router {service.Name}", cancellation)
            : await service.Client.DeleteAsync(ConsulEntry.Router, service.Name, index, cancellation);
        var seen = await service.LookAgainAsync(cancellation);
        return (seen, written.IsDone ? null : written.Problem ?? $"service-router {service.Name} was changed by somebody else; it is read again.");
    }
}

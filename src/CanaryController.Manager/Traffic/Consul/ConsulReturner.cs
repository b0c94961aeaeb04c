using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// Gives a service back: first the routes for matched requests, then the splitter, then the subsets that both named. Each is deleted when we made it, and otherwise put back as it was. What somebody else wrote over is his.
/// </summary>
internal static class ConsulReturner
{
    /// <summary>Null when the entries are as they were; otherwise what is waited for or wrong, in one sentence.</summary>
    public static async Task<string?> ReturnAsync(ConsulService service, string stable, CancellationToken cancellation)
    {
        var sight = await service.LookAgainAsync(cancellation);
        var versions = ConsulVersions.Of(service.Name, stable, null);
        if (sight.Problem is null && RouterPlan.Match(sight.Router, versions, null, []) is { Writes: true } routes)
        {
            if (await WriteAsync(service, ConsulEntry.Router, sight.Router!, routes.Entry, cancellation) is { } kept)
            {
                return kept;
            }

            sight = await service.LookAgainAsync(cancellation);
        }

        if (sight.Problem is null && ConsulNote.Of(sight.Splitter) is { } note)
        {
            if (await SplitterAsync(service, sight, note, versions, cancellation) is { } left)
            {
                return left;
            }

            sight = await service.LookAgainAsync(cancellation);
        }

        return sight.Problem ?? (ConsulNote.Of(sight.Resolver) is { } subsets ? await ResolverAsync(service, sight, subsets, cancellation) : null);
    }

    private static async Task<string?> SplitterAsync(ConsulService service, ConsulSight sight, ConsulNote note, ConsulVersions versions, CancellationToken cancellation)
    {
        var original = ServiceSplits.Of(note.Splits, versions, sight.Resolver, service.Client);
        if (SplitterPlan.IsWholeAfter(note, original) && await WaitsAsync(service, sight, versions.Stable, cancellation) is { } waits)
        {
            return waits;
        }

        var restored = SplitterPlan.Restore(sight.Splitter!, note, original, versions);
        return await WriteAsync(service, ConsulEntry.Splitter, sight.Splitter!, restored, cancellation);
    }

    private static Task<string?> ResolverAsync(ConsulService service, ConsulSight sight, ConsulNote note, CancellationToken cancellation) =>
        WriteAsync(service, ConsulEntry.Resolver, sight.Resolver!, ResolverPlan.Restore(sight.Resolver!, note, ConsulDivider.InUse(sight, service.Name)), cancellation);

    /// <summary>Undivided, the service sends to every instance that its default subset takes: nobody but stable may be among them.</summary>
    private static async Task<string?> WaitsAsync(ConsulService service, ConsulSight sight, string stable, CancellationToken cancellation)
    {
        var preflight = new ConsulPreflight(service.Client);
        var standard = sight.Resolver.Text("DefaultSubset");
        var within = ResolverPlan.FilterOf(sight.Resolver, standard);
        var (others, problem) = await preflight.CountAsync(service.Name, VersionSubset.Others(stable, within), onlyPassing: false, cancellation);
        if (problem is not null)
        {
            return problem;
        }

        if (others > 0)
        {
            return $"Waits until the {others} instances of service {service.Name} that are not of version {stable} are deregistered: without our service-splitter they would get requests. Who wants that deletes service-splitter {service.Name}.";
        }

        if (within is null)
        {
            return null;
        }

        (var own, problem) = await preflight.CountAsync(service.Name, VersionSubset.Filter(stable, within), onlyPassing: true, cancellation);
        return problem ?? (own > 0
            ? null
            : $"Waits until the default subset {standard} of service-resolver {service.Name} has a healthy instance of version {stable}: without our service-splitter all requests would go to that subset.");
    }

    private static async Task<string?> WriteAsync(ConsulService service, string kind, JsonObject now, JsonObject? restored, CancellationToken cancellation)
    {
        var index = ConsulEntry.IndexOf(now);
        var written = restored is null
            ? await service.Client.DeleteAsync(kind, service.Name, index, cancellation)
            : await service.Client.PutAsync(restored, index, $"write {kind} {service.Name}", cancellation);
        return written.IsDone ? null : written.Problem ?? $"{kind} {service.Name} was changed by somebody else while it was given back.";
    }
}

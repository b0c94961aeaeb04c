using CanaryController.Core;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>The entries of a backend's maps that lead matched requests to the canary. Pure.</summary>
/// <param name="Removing">Commands that take entries away; they come before the weights.</param>
/// <param name="Adding">Commands that add some; they come after them.</param>
/// <param name="Problem">Why some cannot be added, in one sentence; null when all can.</param>
internal sealed record MapPlan(IReadOnlyList<string> Removing, IReadOnlyList<string> Adding, string? Problem)
{
    /// <summary>What is to be written so that the maps lead the requests of <paramref name="picks"/> to the canary, and no others anywhere.</summary>
    public static MapPlan Of(BackendVersions versions, EquatableArray<RequestMatch> picks)
    {
        List<string> removing = [];
        List<string> adding = [];
        HashSet<RequestMatch> there = [];
        foreach (var map in versions.Backend.Maps)
        {
            foreach (var entry in map.Entries)
            {
                var pick = picks.FirstOrDefault(each => map.IsFor(each) && each.Value == entry.Key);
                if (pick is null || !Leads(versions, entry) || !there.Add(pick))
                {
                    removing.Add(ProxyCommand.RemoveEntry(map.File, entry.Reference));
                }
            }
        }

        var server = versions.Canary.OrderByDescending(each => each.IsUsable).FirstOrDefault()?.Name;
        foreach (var pick in picks.Where(pick => server is not null && !there.Contains(pick)))
        {
            if (versions.Backend.Maps.FirstOrDefault(each => each.IsFor(pick)) is not { } map)
            {
                return new(removing, [], Missing(versions.Backend.Name, pick));
            }

            adding.Add(ProxyCommand.AddEntry(map.File, pick.Value, server!));
        }

        return new(removing, adding, null);
    }

    /// <summary>The matches that the maps carry, in the order in which they were asked for; null when an entry leads anywhere but to the canary.</summary>
    public static EquatableArray<RequestMatch>? Read(BackendVersions versions, EquatableArray<RequestMatch> asked)
    {
        List<RequestMatch> picks = [];
        foreach (var map in versions.Backend.Maps)
        {
            foreach (var entry in map.Entries)
            {
                if (!Leads(versions, entry))
                {
                    return null;
                }

                picks.Add(asked.FirstOrDefault(pick => map.IsFor(pick) && pick.Value == entry.Key) ?? new(map.Kind, map.Name, entry.Key));
            }
        }

        return picks.Distinct().Count() < picks.Count ? null : [.. picks.OrderBy(pick => Order(asked, pick))];
    }

    /// <summary>Requests of the entry go to a server of the canary that takes some, if there is one.</summary>
    private static bool Leads(BackendVersions versions, MapEntry entry) =>
        versions.Canary.FirstOrDefault(server => server.Name == entry.Server) is { } server && (server.IsUsable || !versions.Canary.Any(each => each.IsUsable));

    private static int Order(EquatableArray<RequestMatch> asked, RequestMatch pick)
    {
        for (var index = 0; index < asked.Count; index++)
        {
            if (asked[index] == pick)
            {
                return index;
            }
        }

        return int.MaxValue;
    }

    private static string Missing(string backend, RequestMatch pick)
    {
        var (file, fetch) = (ProxyMap.FileOf(backend, pick), pick.Kind switch
        {
            RequestMatchKind.Header => $"req.fhdr({pick.Name.ToLowerInvariant()})",
            RequestMatchKind.Cookie => $"req.cook({pick.Name})",
        });
        return $"Backend '{backend}' has no line that asks for the {(pick.Kind is RequestMatchKind.Header ? "header" : "cookie")} {pick.Name}, so its requests cannot be matched: make an empty file {file} and write into the backend: "
            + $"use-server %[{fetch},map_str(/etc/haproxy/{file})] if {{ {fetch},map_str(/etc/haproxy/{file}) -m found }}";
    }
}

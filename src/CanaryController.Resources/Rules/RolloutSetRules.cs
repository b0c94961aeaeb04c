using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>The rules over several rollouts: a name stands for one, and a route, a Deployment, a Service or an HTTPRoute belongs to one.</summary>
public static class RolloutSetRules
{
    /// <summary>All that is wrong among <paramref name="documents"/>. Each problem stands at the later one and names the place of the first.</summary>
    public static IReadOnlyList<FieldProblem> Check(IEnumerable<RolloutDocument> documents)
    {
        var problems = new List<FieldProblem>();
        var names = new Dictionary<RolloutKey, RolloutDocument>();
        var owners = new Dictionary<(string Space, string Kind, string Name), (RolloutDocument Document, string Path)>();
        foreach (var document in documents)
        {
            if (!names.TryAdd(document.Key, document))
            {
                problems.Add(Problem(document, "metadata.name", $"the rollout {document.Key} is there twice; the other one is in {At(names[document.Key], "metadata.name")}", "rename one, or remove it"));
                continue;
            }

            foreach (var (what, path) in Claims(document.Resource).DistinctBy(claim => claim.What))
            {
                if (!owners.TryAdd(what, (document, path)))
                {
                    var first = owners[what];
                    problems.Add(Problem(
                        document,
                        path,
                        $"{Named(what)} belongs to the rollout {first.Document.Key} already, in {At(first.Document, first.Path)}",
                        Own(what)));
                }
            }
        }

        return problems;
    }

    /// <summary>What <paramref name="rollout"/> names and one of <paramref name="others"/>, which were there before, leads already.</summary>
    public static IReadOnlyList<FieldProblem> Check(Rollout rollout, IEnumerable<Rollout> others)
    {
        var owners = new Dictionary<(string Space, string Kind, string Name), RolloutKey>();
        foreach (var other in others)
        {
            foreach (var (what, _) in Claims(other))
            {
                owners.TryAdd(what, other.Key);
            }
        }

        return
        [
            .. Claims(rollout).DistinctBy(claim => claim.What).Where(claim => owners.ContainsKey(claim.What)).Select(claim => new FieldProblem(
                claim.Path, claim.What.Name, $"{Named(claim.What)} belongs to the rollout {owners[claim.What]} already", Own(claim.What))),
        ];
    }

    /// <summary>What belongs to a rollout, and where it says so.</summary>
    private static IEnumerable<((string Space, string Kind, string Name) What, string Path)> Claims(Rollout rollout)
    {
        var (space, spec) = (rollout.Metadata.Namespace, rollout.Spec);
        List<(string Space, string Kind, string? Name, string Path)> claims = [];
        if (spec is not { Workload.Kind: WorkloadType.Deployment, Traffic.Router: RouterType.Consul } && PlainRoute.Of(spec.Traffic) is { } plain)
        {
            // Gateways, agents and proxies are named by the manager's configuration, not by a namespace.
            claims.Add((plain.Owner, plain.Kind, plain.Name, plain.Path));
        }
        else if (spec.Traffic.Router is not null)
        {
            claims.Add((space, "Deployment", spec.Workload.Kind is WorkloadType.Deployment ? spec.Workload.Name : null, "spec.workload.name"));
            claims.Add((space, "Service", spec.Workload.Versions?.Stable, "spec.workload.versions.stable"));
            claims.Add((space, "Service", spec.Workload.Versions?.Canary, "spec.workload.versions.canary"));
            claims.Add((space, "Service", spec.Service?.Name, "spec.service.name"));
            claims.Add((space, "DestinationRule", spec.Traffic is { Router: RouterType.Istio, Istio.DestinationRule: { } rule } ? rule.Name : null, "spec.traffic.istio.destinationRule.name"));
            claims.AddRange(RouteLists.Of(spec.Traffic).SelectMany(list => list.Routes.Select((route, index) => (space, list.Kind, (string?)route.Name, list.PathOf(index)))));
        }

        return claims.Where(claim => claim.Name is { Length: > 0 }).Select(claim => ((claim.Space, claim.Kind, claim.Name!), claim.Path));
    }

    private static string Own((string Space, string Kind, string Name) what) => $"give each rollout its own {PlainRoute.Noun(what.Kind) ?? what.Kind}";

    private static string Named((string Space, string Kind, string Name) what) => PlainRoute.Noun(what.Kind) is { } noun ? $"the {noun} {what.Name} of {what.Kind} {what.Space}" : $"the {what.Kind} {what.Name} of namespace {what.Space}";

    private static FieldProblem Problem(RolloutDocument document, string path, string message, string fix)
    {
        var (line, column) = document.Places.Find(path);
        return new FieldProblem(path, document.Places.Show(path), message, fix, document.File, line, column);
    }

    private static string At(RolloutDocument document, string path) =>
        document.File is null ? $"line {document.Places.Find(path).Line}" : $"{document.File}:{document.Places.Find(path).Line}";
}

using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Rules;

/// <summary>The rules over several rollouts: a name stands for one, and a route belongs to one.</summary>
public static class RolloutSetRules
{
    /// <summary>All that is wrong among <paramref name="documents"/>. Each problem stands at the later one and names the place of the first.</summary>
    public static IReadOnlyList<FieldProblem> Check(IEnumerable<RolloutDocument> documents)
    {
        var problems = new List<FieldProblem>();
        var names = new Dictionary<RolloutKey, RolloutDocument>();
        var routes = new Dictionary<(string Gateway, string Route), RolloutDocument>();
        foreach (var document in documents)
        {
            if (!names.TryAdd(document.Key, document))
            {
                problems.Add(Problem(document, "metadata.name", $"the rollout {document.Key} is there twice; the other one is in {At(names[document.Key], "metadata.name")}", "rename one, or remove it"));
                continue;
            }

            if (document.Resource.Spec.Traffic is { Router: RouterType.Gateway, Gateway: { Route.Length: > 0 } target } && !routes.TryAdd((target.Name, target.Route), document))
            {
                var first = routes[(target.Name, target.Route)];
                problems.Add(Problem(
                    document,
                    "spec.traffic.gateway.route",
                    $"the route {target.Route} of gateway {target.Name} belongs to the rollout {first.Key} already, in {At(first, "spec.traffic.gateway.route")}",
                    "give each rollout its own route"));
            }
        }

        return problems;
    }

    private static FieldProblem Problem(RolloutDocument document, string path, string message, string fix)
    {
        var (line, column) = document.Places.Find(path);
        return new FieldProblem(path, document.Places.Show(path), message, fix, document.File, line, column);
    }

    private static string At(RolloutDocument document, string path) =>
        document.File is null ? $"line {document.Places.Find(path).Line}" : $"{document.File}:{document.Places.Find(path).Line}";
}

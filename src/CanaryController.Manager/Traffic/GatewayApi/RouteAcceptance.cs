using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>
/// Whether the parents of an HTTPRoute take it as it stands. That says that their controllers understood it; no API says when the last proxy has it.
/// </summary>
/// <param name="IsTakenUp">At least one parent answered, and all that did accept this generation.</param>
/// <param name="Problem">Who refuses it and why, in one sentence; null when nobody does.</param>
internal readonly record struct RouteAcceptance(bool IsTakenUp, string? Problem)
{
    /// <summary>Reads what the parents of <paramref name="route"/> say. A parent that the route no longer names does not count.</summary>
    public static RouteAcceptance Of(HttpRouteObject route)
    {
        var (answered, waits) = (0, false);
        foreach (var parent in route.Parents.Where(parent => route.ParentRefs.Contains(parent.Parent)))
        {
            foreach (var type in (ReadOnlySpan<string>)[RouteCondition.Accepted, RouteCondition.ResolvedRefs])
            {
                var condition = parent.Conditions.FirstOrDefault(each => each.Type == type);
                if (condition is null || (condition.ObservedGeneration ?? route.Meta.Generation) != route.Meta.Generation)
                {
                    waits = true;
                }
                else if (!condition.IsTrue)
                {
                    return new(false, Refusal(route, parent, condition));
                }
            }

            answered++;
        }

        return new(answered > 0 && !waits, null);
    }

    private static string Refusal(HttpRouteObject route, RouteParentStatus parent, RouteCondition condition)
    {
        var by = parent.Controller.Length == 0 ? "" : $" by {parent.Controller}";
        var why = condition.Message.Length == 0 ? condition.Reason : condition.Message;
        return $"HTTPRoute {route.Meta.Name} is not {condition.Type} at {parent.Parent}{by}: {why.TrimEnd('.')}.";
    }
}

using CanaryController.Resources.Rollouts;
using FluentValidation;

namespace CanaryController.Resources.Rules;

/// <summary>
/// How finely HAProxy divides. A server's weight is 0 to 256, so that with one server of each version the smallest share is 1 of 257. More servers divide finer, but how many there are is not
/// known before the rollout runs, and may change while it does.
/// </summary>
public static class HAProxyShares
{
    /// <summary>The smallest share between nothing and everything, percent.</summary>
    public const decimal LeastPercent = 0.39m;

    private const decimal MostPercent = 100 - LeastPercent;

    /// <summary>Adds what is wrong with the weights of the steps, when the router is HAProxy.</summary>
    internal static void Check(SpecSection spec, ValidationContext<Rollout> context)
    {
        for (var index = 0; index < spec.Strategy.Steps.Count; index++)
        {
            if (spec.Traffic.Router is RouterType.HAProxy && spec.Strategy.Steps[index].Weight is ((> 0 and < LeastPercent) or (> MostPercent and < 100)) and var weight)
            {
                context.Problem(
                    $"spec.strategy.steps[{index}].weight",
                    $"HAProxy cannot give a canary {weight} %: a server weighs 0 to 256, so that with one server of each version the smallest share is 1 of 257",
                    $"write {(weight < LeastPercent ? LeastPercent : MostPercent)}, or {(weight < LeastPercent ? 0 : 100)}");
            }
        }
    }
}

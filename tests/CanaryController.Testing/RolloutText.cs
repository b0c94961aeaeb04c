using System.Globalization;

namespace CanaryController.Testing;

/// <summary>Texts of rollouts as users write them.</summary>
public static class RolloutText
{
    /// <summary>A rollout of two versions with two steps of 10 s, judged by the success rate.</summary>
    public static string Of(string name = "shop", string stable = "v1", string canary = "v2", string? route = null, string step = "hold: 10s") =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            apiVersion: canarycontroller.io/v1alpha1
            kind: Rollout
            metadata: { name: {{name}} }
            spec:
              workload: {kind: External, versions: { stable: {{stable}}, canary: {{canary}} } }
              traffic: {router: Gateway, gateway: { route: {{route ?? name}} } }
              strategy:
                drainDelay: 0s
                steps:
                - { weight: 10, {{step}} }
                - {weight: 50, hold: 10s}
              analysis:
                metrics:
                - {name: success-rate, builtin: RequestSuccessRate, threshold: { min: 99 } }

            """);
}

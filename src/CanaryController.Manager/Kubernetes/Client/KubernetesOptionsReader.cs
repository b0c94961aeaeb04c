using CanaryController.Manager.Hosting;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Reads the section <c>kubernetes</c>.</summary>
internal static class KubernetesOptionsReader
{
    /// <summary>Reads it; what is wrong is noted in <paramref name="settings"/>.</summary>
    public static KubernetesOptions Read(SettingsReader settings)
    {
        var defaults = new KubernetesOptions();
        var options = new KubernetesOptions
        {
            Kubeconfig = settings.Optional("kubeconfig"),
            Context = settings.Optional("context"),
            Namespaces = settings.Values("namespaces"),
            Routers = Routers(settings, defaults.Routers),
            Hold = settings.Choice("hold", defaults.Hold),
            RequestsPerSecond = settings.Number("requestsPerSecond", defaults.RequestsPerSecond, 1, 1_000),
            Burst = settings.Number("burst", defaults.Burst, 1, 5_000),
            RequestTimeout = settings.Duration("requestTimeout", defaults.RequestTimeout),
            Admission = AdmissionOptionsReader.Read(settings.Section("admission")),
        };
        settings.AddRange(KubernetesOptionsValidator.Validate(options));
        return options;
    }

    private static IReadOnlyList<RouterType> Routers(SettingsReader settings, IReadOnlyList<RouterType> otherwise)
    {
        RouterType[] known = [.. Enum.GetValues<RouterType>().Where(RouteKinds.IsWatched)];
        var names = settings.Values("routers");
        List<RouterType> routers = [];
        for (var index = 0; index < names.Count; index++)
        {
            if (known.FirstOrDefault(router => string.Equals(router.ToString(), names[index], StringComparison.OrdinalIgnoreCase)) is var router && RouteKinds.IsWatched(router))
            {
                routers.Add(router);
            }
            else if (!string.Equals(names[index], nameof(RouterType.ReplicaRatio), StringComparison.OrdinalIgnoreCase))
            {
                settings.Add($"routers[{index}]", names[index], "No router of this name divides objects of a cluster.", $"One of {string.Join(", ", known)}.");
            }
        }

        return names.Count == 0 ? otherwise : routers;
    }
}

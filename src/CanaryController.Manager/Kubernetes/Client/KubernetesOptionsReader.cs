using CanaryController.Manager.Hosting;
using CanaryController.Manager.Kubernetes.Admission;

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
            Hold = settings.Choice("hold", defaults.Hold),
            RequestsPerSecond = settings.Number("requestsPerSecond", defaults.RequestsPerSecond, 1, 1_000),
            Burst = settings.Number("burst", defaults.Burst, 1, 5_000),
            RequestTimeout = settings.Duration("requestTimeout", defaults.RequestTimeout),
            Admission = AdmissionOptionsReader.Read(settings.Section("admission")),
        };
        settings.AddRange(KubernetesOptionsValidator.Validate(options));
        return options;
    }
}

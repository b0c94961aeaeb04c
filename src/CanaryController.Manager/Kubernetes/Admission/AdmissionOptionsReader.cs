using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>Reads the section <c>kubernetes.admission</c>.</summary>
internal static class AdmissionOptionsReader
{
    private static readonly Uri Nowhere = new("https://0.0.0.0:9443");

    /// <summary>Reads it; what is wrong is noted in <paramref name="settings"/>. Null when there is no admission.</summary>
    public static AdmissionOptions? Read(SettingsReader settings)
    {
        var defaults = new AdmissionOptions { Listen = Nowhere };
        var (listen, service, secret) = (settings.Optional("listen"), settings.Optional("service"), settings.Optional("secret"));
        var (configurations, certFile, keyFile, user) = (settings.Optional("configurations"), settings.Optional("certFile"), settings.Optional("keyFile"), settings.Optional("user"));
        if (listen is null)
        {
            if ((service ?? secret ?? configurations ?? certFile ?? keyFile ?? user) is not null)
            {
                settings.Add("listen", null, "Without an address there is no admission, and the other settings here mean nothing.", "https://0.0.0.0:9443, or leave the section out");
            }

            return null;
        }

        var options = new AdmissionOptions
        {
            Listen = Uri.TryCreate(listen, UriKind.Absolute, out var address) ? address : new Uri(listen, UriKind.Relative),
            Service = service ?? defaults.Service,
            Secret = secret ?? defaults.Secret,
            Configurations = configurations ?? defaults.Configurations,
            CertFile = certFile,
            KeyFile = keyFile,
            User = user,
        };
        settings.AddRange(AdmissionOptionsValidator.Validate(options));
        return options;
    }
}

using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Api;

/// <summary>The section <c>probes</c>: a second address for machines, apart from the API, that serves <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c> and nothing else, to everybody.</summary>
/// <param name="Listen">The address, like <c>http://0.0.0.0:8080</c>, with a port that is not the API's; null (the default) = there is none. The API's own address serves them in any case.</param>
internal sealed record ProbeOptions(Uri? Listen)
{
    private const string Example = "http://0.0.0.0:8080";

    /// <summary>Reads the section; what is wrong is noted in <paramref name="settings"/>.</summary>
    public static ProbeOptions Read(SettingsReader settings, ApiOptions api)
    {
        if (settings.Optional("listen") is not { } text)
        {
            return new(null as Uri);
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var listen) || listen is not { Scheme: "http", PathAndQuery: "/", UserInfo: "" })
        {
            settings.Add("listen", text, "An address like http://HOST:PORT is expected here.", Example);
        }
        else if (listen.Port == 0 || listen.Port == api.Listen.Port)
        {
            settings.Add("listen", text, "A port of its own is expected here: 1 to 65535, and not the API's.", Example);
        }

        return new(listen);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>
/// Where webhooks are. A Service has no pods behind it here: it is on a port of 127.0.0.1 that the options say (by <c>namespace/name</c>) or the Service's annotation
/// <c>api-server-stub/loopback-port</c>; the certificate is for <c>name.namespace.svc</c> all the same.
/// </summary>
internal sealed class WebhookAddresses(Database database, IReadOnlyDictionary<string, int> servicePorts)
{
    public const string PortAnnotation = "api-server-stub/loopback-port";

    public WebhookAddress Of(JsonObject client)
    {
        if (client.Str("url") is { } url)
        {
            return new(url, LoopbackPort: null, Wrong: null);
        }

        var service = client.Map("service");
        var (ns, name, port) = (service.Str("namespace") ?? "", service.Str("name") ?? "", service.Num("port") ?? 443);
        var shown = $"https://{name}.{ns}.svc:{port.ToString(CultureInfo.InvariantCulture)}{service.Str("path") ?? "/"}";
        if (database.Find("core/services", ns, name)?.Parse() is not { } found)
        {
            return new(shown, null, $"service \"{name}\" not found");
        }

        var spec = found.Map("spec");
        if (spec.Str("clusterIP") == "None")
        {
            return new(shown, null, "cannot route to service with ClusterIP \"None\"");
        }

        if (spec.List("ports")?.Any(offered => offered.Num("port") == port) != true)
        {
            return new(shown, null, $"no service port {port.ToString(CultureInfo.InvariantCulture)} found for service \"{name}\"");
        }

        return PortOf($"{ns}/{name}", found) is { } loopback ? new(shown, loopback, null) : new(shown, null, $"no endpoints available for service \"{name}\"");
    }

    private int? PortOf(string key, JsonObject service) =>
        servicePorts.TryGetValue(key, out var port) ? port
        : int.TryParse(service.Map("metadata").Map("annotations").Str(PortAnnotation), NumberStyles.None, CultureInfo.InvariantCulture, out var annotated) ? annotated : null;
}

/// <summary>Where a webhook is.</summary>
/// <param name="Shown">Its URL, as messages say it.</param>
/// <param name="LoopbackPort">Of a Service; null when the URL says where to connect to.</param>
/// <param name="Wrong">Why there is nothing to connect to; null when there is.</param>
internal sealed record WebhookAddress(string Shown, int? LoopbackPort, string? Wrong);

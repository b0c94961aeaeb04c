using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>Where webhooks may be: an https URL, or a Service.</summary>
internal static class WebhookClientRules
{
    private const string Form = "desired format: https://host[/path]";

    public static void Check(JsonObject? client, string path, FieldErrors errors)
    {
        var (url, service) = (client.Str("url"), client.Map("service"));
        if (url is null == service is null)
        {
            errors.Required(path, "exactly one of url or service is required");
        }
        else if (url is not null)
        {
            CheckUrl(url, $"{path}.url", errors);
        }
        else
        {
            CheckService(service, $"{path}.service", errors);
        }

        var bundle = client.Str("caBundle") ?? "";
        if (!Convert.TryFromBase64String(bundle, new byte[bundle.Length], out _))
        {
            errors.Invalid($"{path}.caBundle", "", "illegal base64 data");
        }
    }

    private static void CheckUrl(string text, string path, FieldErrors errors)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            errors.Invalid(path, text, $"host must be specified; {Form}");
            return;
        }

        if (url.Scheme != "https")
        {
            errors.Invalid(path, url.Scheme, $"'https' is the only allowed URL scheme; {Form}");
        }

        foreach (var (part, what) in new[] { (url.UserInfo, "user information is"), (url.Fragment.TrimStart('#'), "fragments are"), (url.Query.TrimStart('?'), "query parameters are") }.Where(part => part.Item1 != ""))
        {
            errors.Invalid(path, part, $"{what} not permitted in the URL");
        }
    }

    private static void CheckService(JsonObject? service, string path, FieldErrors errors)
    {
        foreach (var name in new[] { "name", "namespace" }.Where(name => string.IsNullOrEmpty(service.Str(name))))
        {
            errors.Required($"{path}.{name}", $"service {name} is required");
        }

        if (service.Num("port") is < 1 or > 65535)
        {
            errors.Invalid($"{path}.port", service?["port"], "port is not valid: must be between 1 and 65535, inclusive");
        }

        if (service.Str("path") is not { } urlPath || urlPath == "/")
        {
            return;
        }

        if (!urlPath.StartsWith('/'))
        {
            errors.Invalid($"{path}.path", urlPath, "must start with a '/'");
        }

        var steps = urlPath.TrimStart('/').TrimEnd('/').Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i] == "" || Names.Subdomain(steps[i]) is not null)
            {
                errors.Invalid($"{path}.path", urlPath, steps[i] == "" ? $"segment[{i}] may not be empty" : $"segment[{i}]: {Names.Subdomain(steps[i])}");
            }
        }
    }
}

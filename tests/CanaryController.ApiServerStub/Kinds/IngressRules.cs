using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>Ingresses: each leads somewhere, and each path says how it is matched and to which one backend it leads.</summary>
internal sealed class IngressRules : KindRules
{
    private static readonly string[] _pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        var rules = spec.List("rules");
        if (spec.Map("defaultBackend") is { } backend)
        {
            CheckBackend(backend, "spec.defaultBackend", errors);
        }
        else if (rules is null or { Count: 0 })
        {
            errors.Invalid("spec", spec, "either `defaultBackend` or `rules` must be specified");
        }

        for (var index = 0; index < (rules?.Count ?? 0); index++)
        {
            CheckRule(rules![index] as JsonObject, $"spec.rules[{index}]", errors);
        }

        for (var index = 0; index < (spec.List("tls")?.Count ?? 0); index++)
        {
            foreach (var host in (spec.List("tls")![index] as JsonObject).List("hosts") ?? [])
            {
                CheckHost((string?)host, $"spec.tls[{index}].hosts", errors);
            }
        }
    }

    private static void CheckRule(JsonObject? rule, string path, FieldErrors errors)
    {
        CheckHost(rule.Str("host"), $"{path}.host", errors);
        if (rule.Map("http") is not { } http)
        {
            return;
        }

        var paths = http.List("paths");
        if (paths is null or { Count: 0 })
        {
            errors.Required($"{path}.http.paths");
        }

        for (var index = 0; index < (paths?.Count ?? 0); index++)
        {
            CheckPath(paths![index] as JsonObject, $"{path}.http.paths[{index}]", errors);
        }
    }

    private static void CheckPath(JsonObject? item, string path, FieldErrors errors)
    {
        var type = item.Str("pathType");
        if (type is null)
        {
            errors.Required($"{path}.pathType", "pathType must be specified");
        }
        else if (!_pathTypes.Contains(type, StringComparer.Ordinal))
        {
            errors.NotSupported($"{path}.pathType", type, _pathTypes.Select(each => $"\"{each}\""));
        }
        else if (!(item.Str("path") ?? "").StartsWith('/') && (type != "ImplementationSpecific" || !string.IsNullOrEmpty(item.Str("path"))))
        {
            errors.Invalid($"{path}.path", item.Str("path"), "must be an absolute path");
        }

        CheckBackend(item.Map("backend"), $"{path}.backend", errors);
    }

    private static void CheckBackend(JsonObject? backend, string path, FieldErrors errors)
    {
        var service = backend.Map("service");
        if (service is null)
        {
            if (backend.Map("resource") is null)
            {
                errors.Invalid(path, backend, "resource or service backend is required");
            }

            return;
        }

        if (backend.Map("resource") is not null)
        {
            errors.Invalid(path, backend, "cannot set both resource and service backends");
        }

        if (string.IsNullOrEmpty(service.Str("name")))
        {
            errors.Required($"{path}.service.name");
        }

        var (name, number) = (service.Map("port").Str("name"), (int?)service.Map("port")?["number"] ?? 0);
        if (!string.IsNullOrEmpty(name) && number != 0)
        {
            errors.Invalid(path, backend, "cannot set both port name & port number");
        }
        else if (string.IsNullOrEmpty(name) && number == 0)
        {
            errors.Required(path, "port name or number is required");
        }
        else if (number is < 0 or > 65_535)
        {
            errors.Invalid($"{path}.service.port.number", number, "must be between 1 and 65535, inclusive");
        }
    }

    private static void CheckHost(string? host, string path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(host) && Names.Subdomain(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) is { } wrong)
        {
            errors.Invalid(path, host, wrong);
        }
    }
}

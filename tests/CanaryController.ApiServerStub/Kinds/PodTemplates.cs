using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>Defaults and checks of a pod's spec, also inside a template.</summary>
internal static class PodTemplates
{
    public static void Default(JsonObject? spec)
    {
        if (spec is null)
        {
            return;
        }

        spec.Fallback("restartPolicy", "Always");
        spec.Fallback("terminationGracePeriodSeconds", 30);
        spec.Fallback("dnsPolicy", "ClusterFirst");
        spec.Fallback("schedulerName", "default-scheduler");
        spec.Fallback("securityContext", new JsonObject());
        if (spec.Str("serviceAccountName") is { Length: > 0 } account)
        {
            spec["serviceAccount"] = account;
        }

        foreach (var list in new[] { "initContainers", "containers" })
        {
            foreach (var container in spec.List(list)?.OfType<JsonObject>() ?? [])
            {
                DefaultContainer(container);
            }
        }

        foreach (var volume in spec.List("volumes")?.OfType<JsonObject>() ?? [])
        {
            DefaultVolume(volume);
        }
    }

    private static void DefaultContainer(JsonObject container)
    {
        var image = container.Str("image") ?? "";
        var name = image[(image.LastIndexOf('/') + 1)..];
        var latest = !name.Contains('@', StringComparison.Ordinal) && (!name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal));
        container.Fallback("imagePullPolicy", latest ? "Always" : "IfNotPresent");
        container.Fallback("terminationMessagePath", "/dev/termination-log");
        container.Fallback("terminationMessagePolicy", "File");
        container.Fallback("resources", new JsonObject());
        DefaultResources(container.Map("resources")!);
        foreach (var port in container.List("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Fallback("protocol", "TCP");
        }

        foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" }.Select(probe => container.Map(probe)).OfType<JsonObject>())
        {
            probe.Fallback("timeoutSeconds", 1);
            probe.Fallback("periodSeconds", 10);
            probe.Fallback("successThreshold", 1);
            probe.Fallback("failureThreshold", 3);
            if (probe.Map("httpGet") is { } get)
            {
                get.Fallback("path", "/");
                get.Fallback("scheme", "HTTP");
            }
        }

        foreach (var variable in container.List("env") ?? [])
        {
            variable.Map("valueFrom").Map("fieldRef")?.Fallback("apiVersion", "v1");
        }
    }

    // What is limited and not requested is requested in full.
    private static void DefaultResources(JsonObject resources)
    {
        foreach (var (name, value) in resources.Map("limits") ?? [])
        {
            resources.Ensure("requests").Fallback(name, value!.DeepClone());
        }
    }

    private static void DefaultVolume(JsonObject volume)
    {
        foreach (var source in new[] { "configMap", "secret", "projected", "downwardAPI" }.Select(source => volume.Map(source)).OfType<JsonObject>())
        {
            source.Fallback("defaultMode", 420);
        }

        if (volume.Count == 1)
        {
            volume["emptyDir"] = new JsonObject();
        }
    }

    public static void Check(JsonObject? spec, string path, FieldErrors errors)
    {
        var containers = spec.List("containers");
        if (containers is null or { Count: 0 })
        {
            errors.Required($"{path}.containers");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var volumes = spec.List("volumes")?.Select(volume => volume.Str("name")).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var list in new[] { "initContainers", "containers" })
        {
            var index = 0;
            foreach (var container in spec.List(list)?.OfType<JsonObject>() ?? [])
            {
                CheckContainer(container, $"{path}.{list}[{index++}]", names, volumes, errors);
            }
        }

        if (spec.Str("restartPolicy") is { } restart && restart is not ("Always" or "OnFailure" or "Never"))
        {
            errors.NotSupported($"{path}.restartPolicy", JsonValue.Create(restart), ["\"Always\"", "\"OnFailure\"", "\"Never\""]);
        }

        Names.CheckLabels(spec.Map("nodeSelector"), $"{path}.nodeSelector", errors);
    }

    private static void CheckContainer(JsonObject container, string path, HashSet<string> names, HashSet<string?> volumes, FieldErrors errors)
    {
        var name = container.Str("name") ?? "";
        if (name == "")
        {
            errors.Required($"{path}.name");
        }
        else if (Names.Label(name) is { } wrong)
        {
            errors.Invalid($"{path}.name", JsonValue.Create(name), wrong);
        }
        else if (!names.Add(name))
        {
            errors.Add("FieldValueDuplicate", $"{path}.name", $"Duplicate value: \"{name}\"");
        }

        if (string.IsNullOrEmpty(container.Str("image")))
        {
            errors.Required($"{path}.image");
        }

        if (container.Str("imagePullPolicy") is { } pull && pull is not ("Always" or "IfNotPresent" or "Never"))
        {
            errors.NotSupported($"{path}.imagePullPolicy", JsonValue.Create(pull), ["\"Always\"", "\"IfNotPresent\"", "\"Never\""]);
        }

        var index = 0;
        foreach (var port in container.List("ports") ?? [])
        {
            if (port.Num("containerPort") is not (> 0 and < 65536))
            {
                errors.Invalid($"{path}.ports[{index}].containerPort", JsonValue.Create(port.Num("containerPort") ?? 0), "must be between 1 and 65535, inclusive");
            }

            index++;
        }

        index = 0;
        foreach (var mount in container.List("volumeMounts") ?? [])
        {
            if (!volumes.Contains(mount.Str("name")))
            {
                errors.Add("FieldValueNotFound", $"{path}.volumeMounts[{index}].name", $"Not found: \"{mount.Str("name")}\"");
            }

            index++;
        }
    }
}

using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>Services. A cluster address is given to those that want one; it never changes.</summary>
internal sealed class ServiceRules : KindRules
{
    public override string? WhyNotNamed(string name) => Names.ServiceName(name);

    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Fallback("sessionAffinity", "None");
        spec.Fallback("type", "ClusterIP");
        if (spec.Str("type") != "ExternalName")
        {
            spec.Fallback("internalTrafficPolicy", "Cluster");
        }

        if (spec.Str("type") is "NodePort" or "LoadBalancer")
        {
            spec.Fallback("externalTrafficPolicy", "Cluster");
        }

        if (spec.Str("type") == "LoadBalancer")
        {
            spec.Fallback("allocateLoadBalancerNodePorts", true);
        }

        if (spec.Str("sessionAffinity") == "ClientIP")
        {
            spec.Ensure("sessionAffinityConfig").Ensure("clientIP").Fallback("timeoutSeconds", 10_800);
        }

        foreach (var port in spec.List("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Fallback("protocol", "TCP");
            if (port["port"] is { } number && (port["targetPort"] is null || port["targetPort"]!.ToJsonString() is "0" or "\"\""))
            {
                port["targetPort"] = number.DeepClone();
            }
        }
    }

    public override void Prepare(JsonObject? old, JsonObject obj, ClusterFacts facts)
    {
        var spec = obj.Ensure("spec");
        if (spec.Str("type") == "ExternalName")
        {
            return;
        }

        if (old is null)
        {
            if (string.IsNullOrEmpty(spec.Str("clusterIP")))
            {
                spec["clusterIP"] = facts.NextClusterAddress();
            }
        }
        else if (string.IsNullOrEmpty(spec.Str("clusterIP")))
        {
            Keep(old, spec, "clusterIP");
        }

        spec["clusterIPs"] = new JsonArray(spec.Str("clusterIP"));
        spec.Fallback("ipFamilies", new JsonArray("IPv4"));
        spec.Fallback("ipFamilyPolicy", "SingleStack");
    }

    private static void Keep(JsonObject old, JsonObject spec, string name)
    {
        if (old.Map("spec")?[name] is { } before)
        {
            spec[name] = before.DeepClone();
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        var type = spec.Str("type");
        if (type is not ("ClusterIP" or "NodePort" or "LoadBalancer" or "ExternalName"))
        {
            errors.NotSupported("spec.type", spec?["type"], ["\"ClusterIP\"", "\"ExternalName\"", "\"LoadBalancer\"", "\"NodePort\""]);
        }

        var ports = spec.List("ports");
        if (ports is null or { Count: 0 } && type != "ExternalName" && spec.Str("clusterIP") != "None")
        {
            errors.Required("spec.ports");
        }

        if (type == "ExternalName" && string.IsNullOrEmpty(spec.Str("externalName")))
        {
            errors.Required("spec.externalName");
        }

        CheckPorts(ports, errors);
        Names.CheckLabels(spec.Map("selector"), "spec.selector", errors);
        if (old.Map("spec").Str("clusterIP") is { Length: > 0 } address && type != "ExternalName" && old.Map("spec").Str("type") != "ExternalName" && spec.Str("clusterIP") != address)
        {
            errors.Invalid("spec.clusterIPs[0]", JsonValue.Create(spec.Str("clusterIP")), "may not change once set");
        }
    }

    private static void CheckPorts(JsonArray? ports, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (ports?.Count ?? 0); i++)
        {
            var port = ports![i];
            var path = $"spec.ports[{i}]";
            var name = port.Str("name") ?? "";
            if (name == "" && ports.Count > 1)
            {
                errors.Required($"{path}.name");
            }
            else if (name != "" && Names.Label(name) is { } wrong)
            {
                errors.Invalid($"{path}.name", JsonValue.Create(name), wrong);
            }
            else if (name != "" && !names.Add(name))
            {
                errors.Add("FieldValueDuplicate", $"{path}.name", $"Duplicate value: \"{name}\"");
            }

            if (port.Num("port") is not (> 0 and < 65536))
            {
                errors.Invalid($"{path}.port", JsonValue.Create(port.Num("port") ?? 0), "must be between 1 and 65535, inclusive");
            }

            if (port.Str("protocol") is not ("TCP" or "UDP" or "SCTP"))
            {
                errors.NotSupported($"{path}.protocol", port?["protocol"], ["\"SCTP\"", "\"TCP\"", "\"UDP\""]);
            }

            if (!numbers.Add($"{port.Num("port")}/{port.Str("protocol")}"))
            {
                errors.Add("FieldValueDuplicate", path, $"Duplicate value: {Canonical.Text(new JsonObject { ["port"] = port.Num("port"), ["protocol"] = port.Str("protocol") })}");
            }
        }
    }
}

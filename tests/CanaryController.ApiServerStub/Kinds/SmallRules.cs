using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>Namespaces: ended by whoever empties them, through <c>spec.finalizers</c>.</summary>
internal sealed class NamespaceRules : KindRules
{
    public override string? WhyNotNamed(string name) => Names.Label(name);

    public override void Default(JsonObject obj)
    {
        // Written before ownership is recorded, as the API server does: the writer owns it.
        if (obj.Map("metadata").Str("name") is { } name)
        {
            obj.Ensure("metadata").Ensure("labels").Fallback("kubernetes.io/metadata.name", name);
        }
    }

    public override void Prepare(JsonObject? old, JsonObject obj, ClusterFacts facts)
    {
        if (old is null)
        {
            obj.Ensure("spec")["finalizers"] = new JsonArray("kubernetes");
            obj["status"] = new JsonObject { ["phase"] = "Active" };
        }
        else
        {
            obj["spec"] = old["spec"]?.DeepClone() ?? new JsonObject();
        }
    }
}

/// <summary>Pods. Their spec never changes, but for images, deadlines and tolerations.</summary>
internal sealed class PodRules : KindRules
{
    private static readonly string[] _free = ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"];

    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        PodTemplates.Default(spec);
        spec.Fallback("enableServiceLinks", true);
    }

    public override void Prepare(JsonObject? old, JsonObject obj, ClusterFacts facts)
    {
        var spec = obj.Ensure("spec");
        spec.Fallback("preemptionPolicy", "PreemptLowerPriority");
        spec.Fallback("priority", 0);
        if (old is null)
        {
            spec.Fallback("serviceAccountName", "default");
            spec.Fallback("serviceAccount", spec.Str("serviceAccountName")!);
            obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOf(spec) };
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        PodTemplates.Check(obj.Map("spec"), "spec", errors);
        if (old is not null && !Canonical.Same(Fixed(old), Fixed(obj)))
        {
            errors.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to existing tolerations) or `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }
    }

    private static JsonObject Fixed(JsonObject pod)
    {
        var spec = (JsonObject)(pod.Map("spec") ?? []).DeepClone();
        foreach (var name in _free)
        {
            spec.Remove(name);
        }

        // A scheduler binds a pod by writing its node.
        spec.Remove("nodeName");
        foreach (var container in (spec.List("containers") ?? []).Concat(spec.List("initContainers") ?? []).OfType<JsonObject>())
        {
            container.Remove("image");
        }

        return spec;
    }

    private static string QualityOf(JsonObject spec)
    {
        var resources = spec.List("containers")?.Select(container => container.Map("resources")).ToList() ?? [];
        if (resources.TrueForAll(resource => Canonical.IsEmpty(resource.Map("limits")) && Canonical.IsEmpty(resource.Map("requests"))))
        {
            return "BestEffort";
        }

        return resources.TrueForAll(resource => resource.Map("limits") is { } limits && limits.ContainsKey("cpu") && limits.ContainsKey("memory") && Canonical.Same(limits, resource.Map("requests"))) ? "Guaranteed" : "Burstable";
    }
}

/// <summary>Events, in the words of the core group.</summary>
internal sealed class EventRules : KindRules
{
    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var ns = obj.Map("metadata").Str("namespace") ?? "";
        var involved = obj.Map("involvedObject").Str("namespace") ?? "";
        if (ns != involved && !(involved == "" && ns == "default"))
        {
            errors.Invalid("involvedObject.namespace", JsonValue.Create(involved), "does not match event.namespace");
        }

        if (obj["eventTime"] is not null)
        {
            foreach (var (name, most) in new[] { ("reportingComponent", 63), ("reportingInstance", 128), ("action", 128), ("reason", 128) })
            {
                if (obj.Str(name) is not { Length: > 0 } text)
                {
                    errors.Required(name);
                }
                else if (text.Length > most)
                {
                    errors.Invalid(name, JsonValue.Create(""), $"can have at most {most} characters");
                }
            }
        }

        if (obj.Str("message") is { Length: > 1024 } && obj["eventTime"] is not null)
        {
            errors.Invalid("message", JsonValue.Create(""), "can have at most 1024 characters");
        }
    }
}

/// <summary>Secrets: what is written as text is kept encoded; the type never changes.</summary>
internal sealed class SecretRules : KindRules
{
    public override void Default(JsonObject obj)
    {
        obj.Fallback("type", "Opaque");
        if (obj.Map("stringData") is { } text)
        {
            foreach (var (name, value) in text)
            {
                obj.Ensure("data")[name] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value!.GetValue<string>()));
            }

            obj.Remove("stringData");
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        if (old is not null && old.Str("type") != obj.Str("type"))
        {
            errors.Invalid("type", obj["type"], "field is immutable");
        }

        ConfigMapRules.CheckKeys(obj, ["data"], errors);
        ConfigMapRules.CheckImmutable(old, obj, ["data"], errors);
    }
}

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapRules : KindRules
{
    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        CheckKeys(obj, ["data", "binaryData"], errors);
        CheckImmutable(old, obj, ["data", "binaryData"], errors);
    }

    public static void CheckKeys(JsonObject obj, string[] maps, FieldErrors errors)
    {
        foreach (var map in maps)
        {
            foreach (var key in obj.Map(map)?.Select(entry => entry.Key) ?? [])
            {
                if (key.Length is 0 or > 253 || key is "." or ".." || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
                {
                    errors.Invalid($"{map}[{key}]", JsonValue.Create(key), "a valid config key must consist of alphanumeric characters, '-', '_' or '.'");
                }
            }
        }
    }

    public static void CheckImmutable(JsonObject? old, JsonObject obj, string[] maps, FieldErrors errors)
    {
        if (old.Flag("immutable") != true)
        {
            return;
        }

        foreach (var map in maps.Append("immutable").Where(map => !Canonical.Same(old?[map], obj[map])))
        {
            errors.Forbidden(map, "field is immutable when `immutable` is set");
        }
    }
}

/// <summary>Endpoints.</summary>
internal sealed class EndpointsRules : KindRules
{
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.List("subsets")?.SelectMany(subset => subset.List("ports") ?? []).OfType<JsonObject>() ?? [])
        {
            port.Fallback("protocol", "TCP");
        }
    }
}

/// <summary>EndpointSlices.</summary>
internal sealed class EndpointSliceRules : KindRules
{
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.List("ports")?.OfType<JsonObject>() ?? [])
        {
            port.Fallback("name", "");
            port.Fallback("protocol", "TCP");
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        if (obj.Str("addressType") is not ("IPv4" or "IPv6" or "FQDN"))
        {
            errors.NotSupported("addressType", obj["addressType"], ["\"FQDN\"", "\"IPv4\"", "\"IPv6\""]);
        }

        if (old is not null && old.Str("addressType") != obj.Str("addressType"))
        {
            errors.Invalid("addressType", obj["addressType"], "field is immutable");
        }

        var index = 0;
        foreach (var endpoint in obj.List("endpoints") ?? [])
        {
            if (endpoint.List("addresses") is null or { Count: 0 })
            {
                errors.Required($"endpoints[{index}].addresses", "must contain at least 1 address");
            }

            index++;
        }
    }
}

/// <summary>Autoscalers.</summary>
internal sealed class AutoscalerRules : KindRules
{
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Fallback("minReplicas", 1);
        if (Canonical.IsEmpty(spec["metrics"]))
        {
            spec["metrics"] = JsonNode.Parse("""[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]""");
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        foreach (var name in new[] { "kind", "name" }.Where(name => string.IsNullOrEmpty(spec.Map("scaleTargetRef").Str(name))))
        {
            errors.Required($"spec.scaleTargetRef.{name}");
        }

        if (spec.Num("maxReplicas") is not { } most || most < 1)
        {
            errors.Invalid("spec.maxReplicas", JsonValue.Create(spec.Num("maxReplicas") ?? 0), "must be greater than 0");
        }
        else if (most < spec.Num("minReplicas"))
        {
            errors.Invalid("spec.maxReplicas", JsonValue.Create(most), "must be greater than or equal to `minReplicas`");
        }
    }
}

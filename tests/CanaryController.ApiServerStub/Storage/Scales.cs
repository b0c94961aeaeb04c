using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>The scale subresource: <c>spec.replicas</c> in a form that is the same for every kind.</summary>
internal static class Scales
{
    public static JsonObject Of(ResourceType type, JsonObject obj)
    {
        var metadata = obj.Map("metadata")!;
        var kept = new JsonObject();
        foreach (var name in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
        {
            kept[name] = metadata[name]?.DeepClone();
        }

        var selector = string.Join(',', obj.Map("spec").Map("selector").Map("matchLabels")?.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}") ?? []);
        var status = new JsonObject { ["replicas"] = obj.Map("status").Num("replicas") ?? 0 };
        if (!type.IsCustom && selector != "")
        {
            status["selector"] = selector;
        }

        return new()
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = kept,
            ["spec"] = obj.Map("spec").Num("replicas") is { } replicas and not 0 ? new JsonObject { ["replicas"] = replicas } : new JsonObject(),
            ["status"] = status,
        };
    }

    /// <summary>The object with the replicas that a Scale says.</summary>
    public static JsonObject Apply(JsonObject live, JsonObject scale)
    {
        var replicas = scale.Map("spec").Num("replicas") ?? 0;
        if (replicas < 0)
        {
            var errors = new FieldErrors();
            errors.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            errors.ThrowIfAny("autoscaling", "Scale", live.Map("metadata").Str("name") ?? "");
        }

        var next = (JsonObject)live.DeepClone();
        next.Ensure("spec")["replicas"] = replicas;
        if (scale.Map("metadata").Str("resourceVersion") is { } version)
        {
            next.Map("metadata")!["resourceVersion"] = version;
        }
        else
        {
            next.Map("metadata")!.Remove("resourceVersion");
        }

        return next;
    }
}

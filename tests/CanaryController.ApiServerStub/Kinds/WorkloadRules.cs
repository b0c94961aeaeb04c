using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What Deployments and ReplicaSets have in common: a selector that never changes, and a template that it selects.</summary>
internal abstract class WorkloadRules : KindRules
{
    protected static void DefaultTemplate(JsonObject spec)
    {
        spec.Fallback("replicas", 1);
        if (spec.Map("template") is { } template)
        {
            PodTemplates.Default(template.Ensure("spec"));
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        var selector = spec.Map("selector");
        if (selector is null)
        {
            errors.Required("spec.selector");
        }
        else
        {
            CheckSelector(selector, errors);
            if (!Names.Matches(selector, spec.Map("template").Map("metadata").Map("labels")))
            {
                errors.Invalid("spec.template.metadata.labels", spec.Map("template").Map("metadata").Map("labels"), "`selector` does not match template `labels`");
            }
        }

        if (old is not null && !Canonical.Same(old.Map("spec").Map("selector"), selector))
        {
            errors.Invalid("spec.selector", selector, "field is immutable");
        }

        foreach (var count in new[] { "replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds" })
        {
            if (spec.Num(count) is < 0)
            {
                errors.Invalid($"spec.{count}", JsonValue.Create(spec.Num(count)), "must be greater than or equal to 0");
            }
        }

        Names.CheckLabels(spec.Map("template").Map("metadata").Map("labels"), "spec.template.metadata.labels", errors);
        PodTemplates.Check(spec.Map("template").Map("spec"), "spec.template.spec", errors);
        if (spec.Map("template").Map("spec").Str("restartPolicy") is { } restart && restart != "Always")
        {
            errors.NotSupported("spec.template.spec.restartPolicy", JsonValue.Create(restart), ["\"Always\""]);
        }
    }

    private static void CheckSelector(JsonObject selector, FieldErrors errors)
    {
        if (selector.Map("matchLabels") is null or { Count: 0 } && selector.List("matchExpressions") is null or { Count: 0 })
        {
            errors.Invalid("spec.selector", selector, "empty selector is invalid for deployment");
        }

        Names.CheckLabels(selector.Map("matchLabels"), "spec.selector.matchLabels", errors);
        var index = 0;
        foreach (var expression in selector.List("matchExpressions") ?? [])
        {
            var several = expression.Str("operator") is "In" or "NotIn";
            if (several && expression.List("values") is null or { Count: 0 })
            {
                errors.Required($"spec.selector.matchExpressions[{index}].values", "must be specified when `operator` is 'In' or 'NotIn'");
            }
            else if (!several && expression.Str("operator") is not ("Exists" or "DoesNotExist"))
            {
                errors.Invalid($"spec.selector.matchExpressions[{index}].operator", expression!["operator"], "not a valid selector operator");
            }

            index++;
        }
    }
}

/// <summary>Deployments.</summary>
internal sealed class DeploymentRules : WorkloadRules
{
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        DefaultTemplate(spec);
        spec.Fallback("revisionHistoryLimit", 10);
        spec.Fallback("progressDeadlineSeconds", 600);
        var strategy = spec.Ensure("strategy");
        strategy.Fallback("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling.Fallback("maxUnavailable", "25%");
            rolling.Fallback("maxSurge", "25%");
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        base.Validate(old, obj, errors);
        var spec = obj.Map("spec");
        var strategy = spec.Map("strategy");
        switch (strategy.Str("type"))
        {
            case "Recreate" when strategy.Map("rollingUpdate") is not null:
                errors.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
                break;
            case "RollingUpdate":
                CheckRolling(strategy.Map("rollingUpdate"), errors);
                break;
            case "Recreate":
                break;
            default:
                errors.NotSupported("spec.strategy.type", strategy?["type"], ["\"Recreate\"", "\"RollingUpdate\""]);
                break;
        }

        if (spec.Num("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Num("minReadySeconds") ?? 0))
        {
            errors.Invalid("spec.progressDeadlineSeconds", JsonValue.Create(deadline), "must be greater than minReadySeconds");
        }
    }

    private static void CheckRolling(JsonObject? rolling, FieldErrors errors)
    {
        if (IsZero(rolling?["maxUnavailable"]) && IsZero(rolling?["maxSurge"]))
        {
            errors.Invalid("spec.strategy.rollingUpdate.maxUnavailable", rolling?["maxUnavailable"], "may not be 0 when `maxSurge` is 0");
        }

        foreach (var name in new[] { "maxUnavailable", "maxSurge" })
        {
            if (rolling.Str(name) is { } text && !(text.EndsWith('%') && uint.TryParse(text[..^1], System.Globalization.CultureInfo.InvariantCulture, out var percent) && (name == "maxSurge" || percent <= 100)))
            {
                errors.Invalid($"spec.strategy.rollingUpdate.{name}", JsonValue.Create(text), "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%')");
            }
            else if (rolling.Num(name) is < 0)
            {
                errors.Invalid($"spec.strategy.rollingUpdate.{name}", rolling?[name], "must be greater than or equal to 0");
            }
        }
    }

    private static bool IsZero(JsonNode? value) => value?.ToJsonString() is "0" or "\"0%\"" or "\"0\"";
}

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetRules : WorkloadRules
{
    public override void Default(JsonObject obj)
    {
        DefaultTemplate(obj.Ensure("spec"));

        // An old rule that is still there: a ReplicaSet without labels gets its template's.
        var labels = obj.Map("spec").Map("template").Map("metadata").Map("labels");
        if (labels is { Count: > 0 } && obj.Map("metadata").Map("labels") is null or { Count: 0 })
        {
            obj.Ensure("metadata")["labels"] = labels.DeepClone();
        }
    }
}

/// <summary>ControllerRevisions: data that never changes.</summary>
internal sealed class ControllerRevisionRules : KindRules
{
    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        if (obj["data"] is null)
        {
            errors.Required("data", "data is mandatory");
        }

        if (obj.Num("revision") is not { } revision || revision < 0)
        {
            errors.Invalid("revision", obj["revision"], "must be greater than or equal to 0");
        }

        if (old is not null && !Canonical.Same(old["data"], obj["data"]))
        {
            errors.Invalid("data", obj["data"], "field is immutable");
        }
    }
}

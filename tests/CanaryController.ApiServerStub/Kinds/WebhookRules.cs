using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>Configurations of webhooks.</summary>
internal sealed class WebhookRules(bool isMutating) : KindRules
{
    private static readonly string[] _reviewVersions = ["v1", "v1beta1"];

    public override void Default(JsonObject obj)
    {
        foreach (var hook in obj.List("webhooks")?.OfType<JsonObject>() ?? [])
        {
            hook.Fallback("failurePolicy", "Fail");
            hook.Fallback("matchPolicy", "Equivalent");
            hook.Fallback("namespaceSelector", new JsonObject());
            hook.Fallback("objectSelector", new JsonObject());
            hook.Fallback("timeoutSeconds", 10);
            if (isMutating)
            {
                hook.Fallback("reinvocationPolicy", "Never");
            }

            hook.Map("clientConfig").Map("service")?.Fallback("port", 443);
            foreach (var rule in hook.List("rules")?.OfType<JsonObject>() ?? [])
            {
                rule.Fallback("scope", "*");
            }
        }
    }

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var hook in obj.List("webhooks")?.OfType<JsonObject>() ?? [])
        {
            var path = $"webhooks[{index++}]";
            CheckName(hook, path, names, errors);
            CheckReviewVersions(hook, path, errors);
            CheckPolicies(hook, path, errors);
            SelectorRules.Check(hook.Map("namespaceSelector"), $"{path}.namespaceSelector", errors);
            SelectorRules.Check(hook.Map("objectSelector"), $"{path}.objectSelector", errors);
            WebhookClientRules.Check(hook.Map("clientConfig"), $"{path}.clientConfig", errors);
            WebhookRuleRules.Check(hook, path, errors);
        }
    }

    private static void CheckName(JsonObject hook, string path, HashSet<string> names, FieldErrors errors)
    {
        var name = hook.Str("name") ?? "";
        if (name == "")
        {
            errors.Required($"{path}.name");
        }
        else if (Names.Subdomain(name) is { } wrong)
        {
            errors.Invalid($"{path}.name", name, wrong);
        }
        else if (name.Split('.').Length < 3)
        {
            errors.Invalid($"{path}.name", name, "should be a domain with at least three segments separated by dots");
        }

        if (!names.Add(name))
        {
            errors.Add("FieldValueDuplicate", $"{path}.name", $"Duplicate value: {Canonical.Text(name)}");
        }
    }

    private static void CheckReviewVersions(JsonObject hook, string path, FieldErrors errors)
    {
        path += ".admissionReviewVersions";
        var versions = hook.List("admissionReviewVersions")?.Select(version => version?.ToString() ?? "").ToList() ?? [];
        if (versions.Count == 0)
        {
            errors.Required(path, "must specify one of v1, v1beta1");
            return;
        }

        for (var i = 0; i < versions.Count; i++)
        {
            if (Names.ServiceName(versions[i]) is { } wrong)
            {
                errors.Invalid($"{path}[{i}]", versions[i], wrong);
            }
            else if (versions.IndexOf(versions[i]) < i)
            {
                errors.Invalid($"{path}[{i}]", versions[i], "duplicate version");
            }
        }

        var shown = $"Invalid value: []string{{{string.Join(", ", versions.Select(version => $"\"{version}\""))}}}";
        if (!versions.Intersect(_reviewVersions, StringComparer.Ordinal).Any())
        {
            errors.Add("FieldValueInvalid", path, $"{shown}: must include at least one of v1, v1beta1");
        }
        else if (!versions.Contains("v1", StringComparer.Ordinal))
        {
            errors.Add("FieldValueInvalid", path, $"{shown}: must include v1: this server knows no other");
        }
    }

    private static void CheckPolicies(JsonObject hook, string path, FieldErrors errors)
    {
        if (hook.Str("sideEffects") is { Length: > 0 })
        {
            OneOf(hook, path, "sideEffects", ["None", "NoneOnDryRun"], errors);
        }
        else
        {
            errors.Required($"{path}.sideEffects", "must specify one of None, NoneOnDryRun");
        }

        OneOf(hook, path, "failurePolicy", ["Fail", "Ignore"], errors);
        OneOf(hook, path, "matchPolicy", ["Equivalent", "Exact"], errors);
        OneOf(hook, path, "reinvocationPolicy", ["IfNeeded", "Never"], errors);
        if (hook.Num("timeoutSeconds") is < 1 or > 30)
        {
            errors.Invalid($"{path}.timeoutSeconds", hook["timeoutSeconds"], "the timeout value must be between 1 and 30 seconds");
        }

        // Better refused than left out: Kubernetes before 1.27 drops the field, and the webhook is called for more than was meant.
        if (hook.List("matchConditions") is { Count: > 0 })
        {
            errors.Forbidden($"{path}.matchConditions", "this server evaluates no CEL expressions");
        }
    }

    public static void OneOf(JsonObject parent, string path, string name, string[] allowed, FieldErrors errors)
    {
        if (parent.Str(name) is { } value && !allowed.Contains(value, StringComparer.Ordinal))
        {
            errors.NotSupported($"{path}.{name}", value, allowed.Select(each => $"\"{each}\""));
        }
    }
}

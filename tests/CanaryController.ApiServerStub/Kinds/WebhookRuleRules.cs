using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What the rules of webhooks may say.</summary>
internal static class WebhookRuleRules
{
    private const string All = "*";

    public static void Check(JsonObject hook, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var rule in hook.List("rules")?.OfType<JsonObject>() ?? [])
        {
            var at = $"{path}.rules[{index++}]";
            CheckOperations(rule, $"{at}.operations", errors);
            CheckTexts(rule, at, "apiGroups", "API groups", mayBeEmpty: true, errors);
            CheckTexts(rule, at, "apiVersions", "API versions", mayBeEmpty: false, errors);
            CheckResources(rule, $"{at}.resources", errors);
            WebhookRules.OneOf(rule, at, "scope", [All, "Cluster", "Namespaced"], errors);
        }
    }

    private static void CheckOperations(JsonObject rule, string path, FieldErrors errors)
    {
        var operations = Texts(rule, "operations");
        if (operations.Count == 0)
        {
            errors.Required(path);
        }
        else if (operations.Count > 1 && operations.Contains(All))
        {
            errors.Add("FieldValueInvalid", path, $"Invalid value: []admissionregistration.OperationType{Shown(operations)}: if '*' is present, must not specify other operations");
        }

        string[] allowed = [All, "CONNECT", "CREATE", "DELETE", "UPDATE"];
        for (var i = 0; i < operations.Count; i++)
        {
            if (!allowed.Contains(operations[i], StringComparer.Ordinal))
            {
                errors.NotSupported($"{path}[{i}]", operations[i], allowed.Select(each => $"\"{each}\""));
            }
        }
    }

    private static void CheckTexts(JsonObject rule, string at, string name, string what, bool mayBeEmpty, FieldErrors errors)
    {
        var (path, texts) = ($"{at}.{name}", Texts(rule, name));
        if (texts.Count == 0)
        {
            errors.Required(path);
        }
        else if (texts.Count > 1 && texts.Contains(All))
        {
            errors.Add("FieldValueInvalid", path, $"Invalid value: []string{Shown(texts)}: if '*' is present, must not specify other {what}");
        }

        for (var i = 0; i < texts.Count && !mayBeEmpty; i++)
        {
            if (texts[i] == "")
            {
                errors.Required($"{path}[{i}]");
            }
        }
    }

    private static void CheckResources(JsonObject rule, string path, FieldErrors errors)
    {
        var resources = Texts(rule, "resources");
        if (resources.Count == 0)
        {
            errors.Required(path);
        }

        // What stands for several, with whoever is covered by it already.
        for (var i = 0; i < resources.Count; i++)
        {
            var parts = resources[i].Split('/', 2);
            if (resources[i] == "")
            {
                errors.Required($"{path}[{i}]");
            }
            else if (parts.Length == 2 && resources[i] != "*/*" && new[] { $"{parts[0]}/*", $"*/{parts[1]}" }.FirstOrDefault(wide => wide != resources[i] && resources.Contains(wide)) is { } covering)
            {
                errors.Invalid($"{path}[{i}]", resources[i], $"if '{covering}' is present, must not specify {resources[i]}");
            }
        }

        if (resources.Count > 1 && resources.Contains("*/*"))
        {
            errors.Add("FieldValueInvalid", path, $"Invalid value: []string{Shown(resources)}: if '*/*' is present, must not specify other resources");
        }

        if (resources.Contains(All) && resources.Exists(resource => resource != All && !resource.Contains('/', StringComparison.Ordinal)))
        {
            errors.Add("FieldValueInvalid", path, $"Invalid value: []string{Shown(resources)}: if '*' is present, must not specify other resources without subresources");
        }
    }

    private static List<string> Texts(JsonObject rule, string name) => rule.List(name)?.Select(text => text?.ToString() ?? "").ToList() ?? [];

    private static string Shown(List<string> texts) => $"{{{string.Join(", ", texts.Select(text => $"\"{text}\""))}}}";
}

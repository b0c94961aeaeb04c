using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What a label selector may say.</summary>
internal static class SelectorRules
{
    public static void Check(JsonObject? selector, string path, FieldErrors errors)
    {
        Names.CheckLabels(selector.Map("matchLabels"), $"{path}.matchLabels", errors);
        var index = 0;
        foreach (var expression in selector.List("matchExpressions")?.OfType<JsonObject>() ?? [])
        {
            var at = $"{path}.matchExpressions[{index++}]";
            var hasValues = expression.List("values") is { Count: > 0 };
            switch (expression.Str("operator"))
            {
                case "In" or "NotIn" when !hasValues:
                    errors.Required($"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist" when hasValues:
                    errors.Forbidden($"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    break;
                case "In" or "NotIn" or "Exists" or "DoesNotExist":
                    break;
                default:
                    errors.Invalid($"{at}.operator", expression["operator"], "not a valid selector operator");
                    break;
            }

            if (Names.QualifiedName(expression.Str("key") ?? "") is { } wrong)
            {
                errors.Invalid($"{at}.key", expression["key"], wrong);
            }
        }
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What names, labels and selectors may look like. Each answers null, or what is wrong.</summary>
internal static partial class Names
{
    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";

    public static string? Subdomain(string name) => name.Length > 253 ? "must be no more than 253 characters" : SubdomainPattern().IsMatch(name) ? null : SubdomainRule;

    public static string? Label(string name) => name.Length > 63 ? "must be no more than 63 characters" : LabelPattern().IsMatch(name) ? null : LabelRule;

    public static string? ServiceName(string name) =>
        name.Length > 63 ? "must be no more than 63 characters" : ServicePattern().IsMatch(name) ? null : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";

    public static string? PathSegment(string name) => name is "." or ".." || name.AsSpan().ContainsAny('/', '%') ? "may not contain '/' or '%', nor be '.' or '..'" : null;

    public static string? QualifiedName(string key)
    {
        var parts = key.Split('/');
        if (parts.Length > 2 || (parts.Length == 2 && (parts[0].Length == 0 || Subdomain(parts[0]) is not null)))
        {
            return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', with an optional DNS subdomain prefix and '/'";
        }

        var name = parts[^1];
        return name.Length is > 0 and <= 63 && LabelValuePattern().IsMatch(name) ? null : "name part must be non-empty, at most 63 characters, and consist of alphanumeric characters, '-', '_' or '.', starting and ending with an alphanumeric character";
    }

    public static string? LabelValue(string value) =>
        value.Length > 63 ? "must be no more than 63 characters" : value == "" || LabelValuePattern().IsMatch(value) ? null : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    public static void CheckLabels(JsonObject? labels, string path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (QualifiedName(key) is { } wrongKey)
            {
                errors.Invalid(path, JsonValue.Create(key), wrongKey);
            }

            if (value is JsonValue text && text.TryGetValue<string>(out var found) && LabelValue(found) is { } wrong)
            {
                errors.Invalid(path, JsonValue.Create(found), wrong);
            }
        }
    }

    /// <summary>Whether labels match a LabelSelector. One that selects nothing in particular matches everything.</summary>
    public static bool Matches(JsonObject? selector, JsonObject? labels)
    {
        foreach (var (key, value) in selector.Map("matchLabels") ?? [])
        {
            if (labels.Str(key) is not { } found || found != value?.GetValue<string>())
            {
                return false;
            }
        }

        foreach (var expression in selector.List("matchExpressions") ?? [])
        {
            var found = labels.Str(expression.Str("key") ?? "");
            var listed = found is not null && expression.List("values")?.Any(value => value!.GetValue<string>() == found) == true;
            var holds = expression.Str("operator") switch { "In" => listed, "NotIn" => !listed, "Exists" => found is not null, "DoesNotExist" => found is null, _ => false };
            if (!holds)
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServicePattern();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValuePattern();
}

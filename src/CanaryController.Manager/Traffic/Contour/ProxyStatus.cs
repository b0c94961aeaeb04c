using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Contour;

/// <summary>Reads what Contour says of an HTTPProxy: the condition <c>Valid</c> of this generation, with its errors. It does not say when the last Envoy has it.</summary>
internal static class ProxyStatus
{
    /// <summary>More than these are not shown.</summary>
    private const int MaxErrors = 3;

    /// <summary>Taken up when Valid is True of this generation. An older answer says nothing yet.</summary>
    public static RouteAcceptance Read(JsonElement item, ObjectMeta meta)
    {
        var valid = item.Items("status", "conditions").FirstOrDefault(each => each.Text("type") == "Valid");
        if (valid.ValueKind is JsonValueKind.Undefined)
        {
            return new(false, $"No Contour has looked at HTTPProxy {meta.Name} yet: its ingress class may be another one's.");
        }

        if (valid.Long("observedGeneration") != meta.Generation)
        {
            return new(false, null);
        }

        return valid.Text("status") == "True" ? new(true, null)
            : item.Text("status", "currentStatus") == "orphaned"
                ? new(false, $"HTTPProxy {meta.Name} is orphaned: it has no virtualhost, and no HTTPProxy that has one includes it.")
            : new(false, $"HTTPProxy {meta.Name} is not Valid: {Why(valid)}.");
    }

    /// <summary>The condition's own words sum up; its errors say what is wrong.</summary>
    private static string Why(JsonElement valid)
    {
        List<string> errors = [.. valid.Items("errors").Select(Sentence).OfType<string>()];
        if (errors.Count == 0)
        {
            return Sentence(valid) ?? "it does not say why";
        }

        var shown = string.Join("; ", errors.Take(MaxErrors));
        return errors.Count > MaxErrors ? $"{shown}; and {errors.Count - MaxErrors} more" : shown;
    }

    private static string? Sentence(JsonElement said) =>
        said.Text("message") is { Length: > 0 } message ? message.TrimEnd('.') : said.Text("reason") is { Length: > 0 } reason ? reason : null;
}

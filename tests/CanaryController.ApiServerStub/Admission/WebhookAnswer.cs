using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>What a webhook answered.</summary>
/// <param name="IsAllowed">Whether it lets the write pass.</param>
/// <param name="Patch">A JSON Patch; null when it changes nothing.</param>
/// <param name="Status">Why it is denied; null when the webhook does not say.</param>
/// <param name="Warnings">For the client.</param>
internal sealed record WebhookAnswer(bool IsAllowed, JsonArray? Patch, JsonObject? Status, IReadOnlyList<string> Warnings)
{
    /// <summary>What a review says.</summary>
    /// <exception cref="WebhookCallException">It is none that the API server takes.</exception>
    public static WebhookAnswer Read(JsonObject review, string uid, bool isMutating)
    {
        if ((review.Str("apiVersion"), review.Str("kind")) is not (AdmissionReviews.ApiVersion, AdmissionReviews.Kind) and var (version, kind))
        {
            throw Invalid($"expected webhook response of {AdmissionReviews.ApiVersion}, Kind={AdmissionReviews.Kind}, got {version}, Kind={kind}");
        }

        var response = review.Map("response") ?? throw Invalid("webhook response was absent");
        if (response.Str("uid") != uid)
        {
            throw Invalid($"expected response.uid=\"{uid}\", got \"{response.Str("uid")}\"");
        }

        var warnings = response.List("warnings")?.Select(warning => warning?.ToString() ?? "").ToList() ?? [];
        return new(response.Flag("allowed") == true, PatchOf(response, isMutating), response.Map("status"), warnings);
    }

    private static JsonArray? PatchOf(JsonObject response, bool isMutating)
    {
        var (patch, type) = (response.Str("patch") ?? "", response.Str("patchType"));
        if (!isMutating && (patch != "" || type is not null))
        {
            throw Invalid($"validating webhook may not return response.{(patch != "" ? "patch" : "patchType")}");
        }

        if (patch == "")
        {
            return type is null ? null : throw Invalid("webhook returned response.patchType but not response.patch");
        }

        if (type != "JSONPatch")
        {
            throw Invalid(type is null ? "webhook returned response.patch but not response.patchType" : $"webhook returned invalid response.patchType of \"{type}\"");
        }

        try
        {
            return JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(patch))) as JsonArray ?? throw WebhookRefusals.Internal("a JSON patch is a list of operations");
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException)
        {
            throw WebhookRefusals.Internal(wrong.Message);
        }
    }

    private static WebhookCallException Invalid(string why) => new($"received invalid webhook response: {why}");
}

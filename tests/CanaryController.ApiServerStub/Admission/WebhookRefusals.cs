using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>How a write is refused because of a webhook.</summary>
internal static class WebhookRefusals
{
    public static ApiException Internal(string message) =>
        Refusal.Of(500, "InternalError", $"Internal error occurred: {message}", new() { ["causes"] = new JsonArray(new JsonObject { ["message"] = message }) });

    /// <summary>With the code, the reason and the details of the webhook. The code is 400 when the webhook says none, as seen on Kubernetes 1.26.</summary>
    public static ApiException Denied(string webhook, JsonObject? status)
    {
        var code = (int)(status.Num("code") ?? 0);
        var reason = status.Str("reason") ?? "";
        var why = status.Str("message") is { Length: > 0 } message ? message : reason;
        var text = $"admission webhook \"{webhook}\" denied the request{(why == "" ? " without explanation" : $": {why}")}";
        return Refusal.Of(code is < 400 or > 599 ? 400 : code, reason, text, (JsonObject?)status.Map("details")?.DeepClone());
    }
}

/// <summary>A webhook could not be asked, or its answer cannot be read. The message says what comes after "failed calling webhook".</summary>
internal sealed class WebhookCallException(string message, Exception? inner = null) : Exception(message, inner);

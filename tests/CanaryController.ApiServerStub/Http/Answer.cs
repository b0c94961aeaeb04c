using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>What is answered, once nothing more goes wrong.</summary>
internal sealed record Answer(int Code, ReadOnlyMemory<byte> Body)
{
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public string ContentType { get; init; } = "application/json";

    public static Answer Json(JsonNode json, int code = 200) => new(code, System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(Canonical.Relaxed)));

    public static Answer Text(string text, int code = 200) => new(code, System.Text.Encoding.UTF8.GetBytes(text)) { ContentType = "text/plain" };

    public static Answer Refused(ApiException refusal) => Json(StatusOf(refusal), refusal.Code);

    public static JsonObject StatusOf(ApiException refusal)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = refusal.Message,
        };
        if (refusal.Reason != "")
        {
            status["reason"] = refusal.Reason;
        }

        if (Refusal.DetailsOf(refusal) is { } details)
        {
            status["details"] = details;
        }

        status["code"] = refusal.Code;
        return status;
    }

    public static Answer Deleted(string name, string group, string plural, string? uid)
    {
        var details = new JsonObject { ["name"] = name };
        if (group != "")
        {
            details["group"] = group;
        }

        details["kind"] = plural;
        details["uid"] = uid;
        return Json(new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details });
    }

    public async Task WriteAsync(HttpResponse response, CancellationToken stop)
    {
        response.StatusCode = Code;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        response.Headers.Append("Warning", WarningHeaders.Of(Warnings));

        await response.Body.WriteAsync(Body, stop);
    }
}

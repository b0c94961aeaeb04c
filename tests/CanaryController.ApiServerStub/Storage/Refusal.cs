using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>The refusals of the API, with the details that go into the Status object.</summary>
internal static class Refusal
{
    private const string Details = "details";

    public static ApiException Of(int code, string reason, string message, JsonObject? details = null)
    {
        var refusal = new ApiException(code, reason, message);
        if (details is not null)
        {
            refusal.Data[Details] = details.ToJsonString();
        }

        return refusal;
    }

    /// <summary>What else the Status object says about it.</summary>
    public static JsonObject? DetailsOf(ApiException refusal) => refusal.Data[Details] is string text ? (JsonObject)JsonNode.Parse(text)! : null;

    public static ApiException NotFound(ResourceType type, string name) =>
        Of(404, "NotFound", $"{type.GroupResource} \"{name}\" not found", About(type, name));

    public static ApiException AlreadyExists(ResourceType type, string name) =>
        Of(409, "AlreadyExists", $"{type.GroupResource} \"{name}\" already exists", About(type, name));

    public static ApiException Conflict(ResourceType type, string name, string why) =>
        Of(409, "Conflict", $"Operation cannot be fulfilled on {type.GroupResource} \"{name}\": {why}", About(type, name));

    public static ApiException Modified(ResourceType type, string name) =>
        Conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException BadRequest(string message) => Of(400, "BadRequest", message);

    public static ApiException Forbidden(ResourceType type, string name, string why, JsonArray? causes = null)
    {
        var details = About(type, name);
        if (causes is not null)
        {
            details["causes"] = causes;
        }

        return Of(403, "Forbidden", $"{type.GroupResource} \"{name}\" is forbidden: {why}", details);
    }

    public static ApiException Expired(string message) => Of(410, "Expired", message);

    private static JsonObject About(ResourceType type, string name)
    {
        var about = new JsonObject { ["name"] = name };
        if (type.Group != "")
        {
            about["group"] = type.Group;
        }

        about["kind"] = type.Plural;
        return about;
    }
}

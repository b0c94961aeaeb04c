using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>Writes what a webhook is asked: an AdmissionReview of <c>admission.k8s.io/v1</c>.</summary>
internal static class AdmissionReviews
{
    public const string ApiVersion = "admission.k8s.io/v1";
    public const string Kind = "AdmissionReview";

    public static JsonObject Ask(AdmissionAttributes attributes, WebhookTarget target, string uid)
    {
        var request = new JsonObject { ["uid"] = uid, ["kind"] = KindOf(attributes, target), ["resource"] = ResourceOf(target) };
        Set(request, "subResource", attributes.Subresource);
        request["requestKind"] = KindOf(attributes, attributes.Requested);
        request["requestResource"] = ResourceOf(attributes.Requested);
        Set(request, "requestSubResource", attributes.Subresource);
        Set(request, "name", attributes.Name);
        Set(request, "namespace", attributes.Namespace);
        request["operation"] = attributes.Operation;
        request["userInfo"] = attributes.Request.User.ToJson();
        request["object"] = Sent(attributes, target, attributes.Object);
        request["oldObject"] = Sent(attributes, target, attributes.OldObject);
        request["dryRun"] = attributes.Request.DryRun;
        request["options"] = Options(attributes);
        return new() { ["kind"] = Kind, ["apiVersion"] = ApiVersion, ["request"] = request };
    }

    private static JsonNode? Sent(AdmissionAttributes attributes, WebhookTarget target, JsonObject? obj) =>
        (attributes.IsConvertible ? target.From(obj, attributes.Requested) : obj)?.DeepClone();

    private static JsonObject KindOf(AdmissionAttributes attributes, WebhookTarget target)
    {
        var (group, version, kind) = attributes.KindOf(target);
        return new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
    }

    private static JsonObject ResourceOf(WebhookTarget target) => new() { ["group"] = target.Type.Group, ["version"] = target.Version.Name, ["resource"] = target.Type.Plural };

    private static JsonObject Options(AdmissionAttributes attributes)
    {
        var kind = attributes.Operation switch { "CREATE" => "CreateOptions", "UPDATE" => "UpdateOptions", _ => "DeleteOptions" };
        var options = new JsonObject { ["kind"] = kind, ["apiVersion"] = "meta.k8s.io/v1" };
        foreach (var (name, value) in attributes.Request.Options.Where(option => option.Key is not ("kind" or "apiVersion")))
        {
            options[name] = value?.DeepClone();
        }

        return options;
    }

    private static void Set(JsonObject request, string name, string value)
    {
        if (value != "")
        {
            request[name] = value;
        }
    }
}

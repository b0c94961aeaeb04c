using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>What webhooks are asked about: one operation on one object.</summary>
/// <param name="Request">The write, which says who asks.</param>
/// <param name="Operation">CREATE, UPDATE or DELETE.</param>
/// <param name="Object">As it would be; null for DELETE.</param>
/// <param name="OldObject">As it is; null for CREATE.</param>
/// <param name="Name">As the request says it: empty for a name that is yet to be generated, and for each of several that are deleted at once.</param>
internal sealed record AdmissionAttributes(WriteRequest Request, string Operation, JsonObject? Object, JsonObject? OldObject, string Name)
{
    public ResourceType Type => Request.Type;

    public string Subresource => Request.Subresource ?? "";

    public bool IsOfNamespace => Type.Key == "core/namespaces";

    /// <summary>A namespace is in itself; empty for what has none.</summary>
    public string Namespace => IsOfNamespace ? Name : Request.Namespace;

    public WebhookTarget Requested => new(Type, Request.Version);

    /// <summary>Of the object; a subresource may have a kind of its own.</summary>
    public (string Group, string Version, string Kind) KindOf(WebhookTarget target) => Subresource switch
    {
        "scale" => ("autoscaling", "v1", "Scale"),
        "eviction" => ("policy", "v1", "Eviction"),
        _ => (target.Type.Group, target.Version.Name, target.Type.Kind),
    };

    /// <summary>Whether the object itself is sent, whose version a webhook may want to be another.</summary>
    public bool IsConvertible => Subresource is not ("scale" or "eviction");

    public static AdmissionAttributes Of(WriteRequest request, JsonObject? live, JsonObject? next)
    {
        var operation = next is null ? "DELETE" : live is null ? "CREATE" : "UPDATE";
        var name = operation == "DELETE" ? request.Name : next.Map("metadata").Str("name") ?? request.Name;
        var isScale = request.Subresource == "scale";
        return new(request, operation, isScale && next is not null ? Scales.Of(request.Type, next) : next, isScale && live is not null ? Scales.Of(request.Type, live) : live, name);
    }
}

/// <summary>The resource and version as which an object is sent to a webhook.</summary>
internal sealed record WebhookTarget(ResourceType Type, ResourceVersion Version)
{
    /// <summary>The object in this version: only the apiVersion differs, but for Events.</summary>
    public JsonObject? From(JsonObject? obj, WebhookTarget other)
    {
        if (obj is null || this == other)
        {
            return obj;
        }

        if (Type.Key != other.Type.Key)
        {
            return Type.AliasOf is null ? EventAlias.ToCore(obj) : EventAlias.FromCore(obj);
        }

        var converted = (JsonObject)obj.DeepClone();
        converted["apiVersion"] = Type.ApiVersion(Version.Name);
        return converted;
    }
}

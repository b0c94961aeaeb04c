using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>SubjectAccessReviews (authorization.k8s.io/v1) as JSON: the question whether somebody may do something, and its answer.</summary>
internal static class AccessReviews
{
    /// <summary>The question. The same question is always the same text.</summary>
    public static JsonObject Question(ClusterIdentity who, ResourceAct act)
    {
        var attributes = new JsonObject { ["verb"] = act.Verb, ["group"] = act.Kind.Group, ["version"] = act.Kind.Version, ["resource"] = act.Kind.Plural };
        if (act.Namespace is not null)
        {
            attributes["namespace"] = act.Namespace;
        }

        if (act.Name is not null)
        {
            attributes["name"] = act.Name;
        }

        var spec = new JsonObject
        {
            ["user"] = who.Name,
            ["uid"] = who.Uid,
            ["groups"] = TokenReviews.Texts(who.Groups),
            ["extra"] = new JsonObject(who.Extra.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)TokenReviews.Texts(each.Value)))),
            ["resourceAttributes"] = attributes,
        };
        return new() { ["apiVersion"] = ObjectKind.SubjectAccessReview.ApiVersion, ["kind"] = ObjectKind.SubjectAccessReview.Kind, ["spec"] = spec };
    }

    /// <summary>True when it is allowed. An authorizer that failed has allowed nothing.</summary>
    public static bool IsAllowed(JsonElement review) => review.Bool("status", "allowed") == true && review.Bool("status", "denied") != true;
}

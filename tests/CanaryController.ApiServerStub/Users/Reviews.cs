using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Http;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Users;

/// <summary>Answers who a token belongs to, who asks, and who may do what.</summary>
internal sealed class Reviews(Authenticator authenticator)
{
    private const string Authentication = "authentication.k8s.io/v1";
    private const string Authorization = "authorization.k8s.io/v1";

    /// <summary>Null for another path.</summary>
    public Answer? For(string path, JsonObject body, StubUser user) => path.Trim('/').Split('/') switch
    {
        ["apis", "authentication.k8s.io", "v1", "tokenreviews"] => Token(body),
        ["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"] => Answered(body, "SelfSubjectReview", Authentication, new() { ["userInfo"] = user.ToJson() }),
        ["apis", "authorization.k8s.io", "v1", "subjectaccessreviews"] => Access(body, "SubjectAccessReview", Subject(body, "SubjectAccessReview")),
        ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"] => Access(body, "SelfSubjectAccessReview", user),
        ["apis", "authorization.k8s.io", "v1", "namespaces", var ns, "localsubjectaccessreviews"] => Access(body, "LocalSubjectAccessReview", Subject(body, "LocalSubjectAccessReview"), ns),
        _ => null,
    };

    private Answer Token(JsonObject body)
    {
        var token = body.Map("spec").Str("token") ?? "";
        if (token == "")
        {
            throw Refusal.BadRequest("token is required for TokenReview in authentication");
        }

        return Answered(body, "TokenReview", Authentication, authenticator.OfToken(token) is { } user
            ? new() { ["authenticated"] = true, ["user"] = user.ToJson() }
            : new() { ["user"] = new JsonObject(), ["error"] = "[invalid bearer token, token lookup failed]" });
    }

    private Answer Access(JsonObject body, string kind, StubUser user, string? ns = null)
    {
        var spec = body.Map("spec");
        var (resource, other) = (spec.Map("resourceAttributes"), spec.Map("nonResourceAttributes"));
        var errors = new FieldErrors();
        if (resource is null == other is null)
        {
            errors.Invalid("spec.resourceAttributes", resource, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        if (ns is not null && resource.Str("namespace") != ns)
        {
            errors.Invalid("spec.resourceAttributes.namespace", resource?["namespace"], $"must match metadata.namespace: {ns}");
        }

        errors.ThrowIfAny("authorization.k8s.io", kind, "");
        var allowed = resource is null
            ? authenticator.Allows(user, other.Str("verb") ?? "", other.Str("path") ?? "", "", "")
            : authenticator.Allows(user, resource.Str("verb") ?? "", NameOf(resource), resource.Str("namespace") ?? "", resource.Str("name") ?? "");
        return Answered(body, kind, Authorization, new() { ["allowed"] = allowed });
    }

    private static string NameOf(JsonObject resource)
    {
        var name = $"{(resource.Str("group") is { Length: > 0 } group ? group : "core")}/{resource.Str("resource")}";
        return resource.Str("subresource") is { Length: > 0 } subresource ? $"{name}/{subresource}" : name;
    }

    // A review names the user with all groups: none is added.
    private static StubUser Subject(JsonObject body, string kind)
    {
        var spec = body.Map("spec");
        var groups = spec.List("groups")?.Select(group => group?.ToString() ?? "").ToList() ?? [];
        if (spec.Str("user") is null or "" && groups.Count == 0)
        {
            var errors = new FieldErrors();
            errors.Invalid("spec.user", spec?["user"], "at least one of user or group must be specified");
            errors.ThrowIfAny("authorization.k8s.io", kind, "");
        }

        return new(spec.Str("user") ?? "") { Groups = groups };
    }

    private static Answer Answered(JsonObject body, string kind, string apiVersion, JsonObject status)
    {
        var answer = new JsonObject { ["kind"] = kind, ["apiVersion"] = apiVersion, ["metadata"] = new JsonObject { ["creationTimestamp"] = null } };
        if (body["spec"] is { } spec)
        {
            answer["spec"] = spec.DeepClone();
        }

        answer["status"] = status;
        return Answer.Json(answer, 201);
    }
}

using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Tells clients what is served.</summary>
internal static class Discovery
{
    private static readonly string[] _verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] _subresourceVerbs = ["get", "patch", "update"];

    /// <summary>Null when the path is none of discovery's.</summary>
    public static Answer? For(string path, Catalog catalog) => path.Trim('/').Split('/') switch
    {
        ["readyz", ..] or ["healthz", ..] or ["livez", ..] => Answer.Text("ok"),
        ["version"] => Answer.Json(new JsonObject
        {
            ["major"] = "1",
            ["minor"] = "26",
            ["gitVersion"] = "v1.26.0-stub",
            ["gitCommit"] = "",
            ["gitTreeState"] = "",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = "",
            ["platform"] = "linux/amd64",
        }),
        ["api"] => Answer.Json(new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() }),
        ["api", "v1"] => Answer.Json(Resources(catalog, "", "v1")),
        ["apis"] => Answer.Json(new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups(catalog).Select(group => Group(catalog, group))]) }),
        ["apis", var group] when Groups(catalog).Contains(group, StringComparer.Ordinal) => Answer.Json(Group(catalog, group, standalone: true)),
        ["apis", var group, var version] when VersionsOf(catalog, group).Contains(version, StringComparer.Ordinal) => Answer.Json(Resources(catalog, group, version)),
        ["openapi", "v3"] => Answer.Json(new JsonObject { ["paths"] = new JsonObject() }),
        ["openapi", "v2"] => Answer.Json(new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.26.0" },
            ["paths"] = new JsonObject(),
            ["definitions"] = new JsonObject(),
        }),
        _ => null,
    };

    private static IEnumerable<string> Groups(Catalog catalog) =>
        catalog.All.Select(type => type.Group).Where(group => group != "").Concat(["authentication.k8s.io", "authorization.k8s.io"]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static List<string> VersionsOf(Catalog catalog, string group)
    {
        var versions = catalog.All.Where(type => type.Group == group).SelectMany(type => type.Versions).Where(version => version.Served).Select(version => version.Name).Distinct(StringComparer.Ordinal).ToList();
        return versions.Count > 0 ? versions : group is "authentication.k8s.io" or "authorization.k8s.io" ? ["v1"] : [];
    }

    private static JsonObject Group(Catalog catalog, string group, bool standalone = false)
    {
        var versions = VersionsOf(catalog, group).Select(version => new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version }).ToList();
        var json = standalone ? new JsonObject { ["kind"] = "APIGroup", ["apiVersion"] = "v1" } : [];
        json["name"] = group;
        json["versions"] = new JsonArray([.. versions]);
        json["preferredVersion"] = versions.FirstOrDefault()?.DeepClone();
        return json;
    }

    private static JsonObject Resources(Catalog catalog, string group, string version)
    {
        var resources = new JsonArray();
        foreach (var type in catalog.All.Where(type => type.Group == group))
        {
            if (type.Version(version) is { Served: true } served)
            {
                Add(resources, type, served);
            }
        }

        foreach (var (kind, plural) in Reviews(group))
        {
            resources.Add(new JsonObject { ["name"] = plural, ["singularName"] = "", ["namespaced"] = kind.StartsWith("Local", StringComparison.Ordinal), ["kind"] = kind, ["verbs"] = new JsonArray("create") });
        }

        return new() { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = group == "" ? version : $"{group}/{version}", ["resources"] = resources };
    }

    private static IEnumerable<(string Kind, string Plural)> Reviews(string group) => group switch
    {
        "authentication.k8s.io" => [("SelfSubjectReview", "selfsubjectreviews"), ("TokenReview", "tokenreviews")],
        "authorization.k8s.io" => [("LocalSubjectAccessReview", "localsubjectaccessreviews"), ("SelfSubjectAccessReview", "selfsubjectaccessreviews"), ("SubjectAccessReview", "subjectaccessreviews")],
        _ => [],
    };

    private static void Add(JsonArray resources, ResourceType type, ResourceVersion version)
    {
        var resource = new JsonObject
        {
            ["name"] = type.Plural,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = Texts(_verbs),
        };
        if (type.ShortNames.Count > 0)
        {
            resource["shortNames"] = Texts(type.ShortNames);
        }

        if (type.Categories.Count > 0)
        {
            resource["categories"] = Texts(type.Categories);
        }

        resources.Add(resource);
        if (version.HasStatus)
        {
            resources.Add(new JsonObject { ["name"] = $"{type.Plural}/status", ["singularName"] = "", ["namespaced"] = type.Namespaced, ["kind"] = type.Kind, ["verbs"] = Texts(_subresourceVerbs) });
        }

        if (version.HasScale)
        {
            resources.Add(new JsonObject
            {
                ["name"] = $"{type.Plural}/scale",
                ["singularName"] = "",
                ["namespaced"] = type.Namespaced,
                ["group"] = "autoscaling",
                ["version"] = "v1",
                ["kind"] = "Scale",
                ["verbs"] = Texts(_subresourceVerbs),
            });
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}

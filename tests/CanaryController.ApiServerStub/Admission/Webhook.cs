using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>One webhook of a configuration.</summary>
internal sealed class Webhook(string configuration, bool isMutating, JsonObject json)
{
    private readonly List<WebhookRule> _rules = [.. (json.List("rules") ?? []).OfType<JsonObject>().Select(rule => new WebhookRule(rule))];

    /// <summary>Unlike those of all other webhooks.</summary>
    public string Id => $"{configuration}/{Name}";

    public string Name { get; } = json.Str("name") ?? "";

    public bool IsMutating => isMutating;

    public bool FailsOpen { get; } = json.Str("failurePolicy") == "Ignore";

    /// <summary>Whether it wants to be called again when another one changed the object after it.</summary>
    public bool IsReinvoked { get; } = json.Str("reinvocationPolicy") == "IfNeeded";

    public int TimeoutSeconds { get; } = (int)(json.Num("timeoutSeconds") ?? 10);

    /// <summary>Its <c>clientConfig</c>.</summary>
    public JsonObject Client { get; } = json.Map("clientConfig") ?? [];

    /// <summary>As what an object is sent to it; null when it is not called.</summary>
    public WebhookTarget? Match(AdmissionAttributes attributes, Catalog catalog, Database database)
    {
        var target = Target(attributes, catalog);
        return target is not null && IsOfNamespace(attributes, database) && IsOfObject(attributes) ? target : null;
    }

    private WebhookTarget? Target(AdmissionAttributes attributes, Catalog catalog)
    {
        if (_rules.Exists(rule => rule.Matches(attributes, attributes.Requested)))
        {
            return attributes.Requested;
        }

        return json.Str("matchPolicy") == "Exact" ? null : _rules.SelectMany(rule => Equivalents(attributes, catalog).Where(other => rule.Matches(attributes, other))).FirstOrDefault();
    }

    // The same objects under other names: further versions, and the two groups of Events.
    private static IEnumerable<WebhookTarget> Equivalents(AdmissionAttributes attributes, Catalog catalog)
    {
        var type = attributes.Type;
        var alias = type.AliasOf is { } key ? catalog.Find(key) : catalog.All.FirstOrDefault(other => other.AliasOf == type.Key);
        var types = alias is null ? [type] : new[] { type, alias };
        return types.SelectMany(one => one.Versions.Where(version => version.Served).Select(version => new WebhookTarget(one, version))).Where(target => target != attributes.Requested);
    }

    private bool IsOfNamespace(AdmissionAttributes attributes, Database database)
    {
        var selector = json.Map("namespaceSelector");
        if (Canonical.IsEmpty(selector) || attributes.Namespace == "")
        {
            return true;
        }

        var ns = attributes is { IsOfNamespace: true, Subresource: "", Object: { } obj } ? obj : database.Find("core/namespaces", "", attributes.Namespace)?.Parse();
        return Names.Matches(selector, ns.Map("metadata").Map("labels"));
    }

    // It is enough that the object matched before.
    private bool IsOfObject(AdmissionAttributes attributes)
    {
        var selector = json.Map("objectSelector");
        return Canonical.IsEmpty(selector)
            || new[] { attributes.Object, attributes.OldObject }.OfType<JsonObject>().Any(obj => Names.Matches(selector, obj.Map("metadata").Map("labels")));
    }
}

/// <summary>Operations and resources that a webhook is called for.</summary>
internal sealed class WebhookRule(JsonObject json)
{
    private readonly HashSet<string> _operations = Texts(json, "operations");
    private readonly HashSet<string> _groups = Texts(json, "apiGroups");
    private readonly HashSet<string> _versions = Texts(json, "apiVersions");
    private readonly HashSet<string> _resources = Texts(json, "resources");
    private readonly string _scope = json.Str("scope") ?? "*";

    public bool Matches(AdmissionAttributes attributes, WebhookTarget target) =>
        Has(_operations, attributes.Operation) && Has(_groups, target.Type.Group) && Has(_versions, target.Version.Name)
        && HasScope(attributes) && _resources.Any(resource => Names(resource, target.Type.Plural, attributes.Subresource));

    public static HashSet<string> Texts(JsonObject json, string name) => [.. (json.List(name) ?? []).Select(text => text?.ToString() ?? "")];

    private static bool Has(HashSet<string> allowed, string value) => allowed.Contains("*") || allowed.Contains(value);

    private static bool Names(string rule, string plural, string subresource)
    {
        var parts = rule.Split('/', 2);
        var below = parts.ElementAtOrDefault(1) ?? "";
        return (parts[0] == "*" || parts[0] == plural) && (below == "*" || below == subresource);
    }

    private bool HasScope(AdmissionAttributes attributes)
    {
        var isCluster = attributes.IsOfNamespace || attributes.Namespace == "";
        return _scope == "*" || _scope == "Cluster" == isCluster;
    }
}

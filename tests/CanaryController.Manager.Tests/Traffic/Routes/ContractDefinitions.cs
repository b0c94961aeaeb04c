namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>
/// CustomResourceDefinitions with the rules of the real ones that matter to who divides: which versions are served, atomic lists, how many entries fit, which fields an entry has to have, what a
/// weight may be, how a header is asked for (once in a match) and what a mirror names. That a backendRef of a Service has a port is a rule of the Gateway API's schema and of Linkerd's webhook; here the schema says it for both.
/// </summary>
internal static class ContractDefinitions
{
    /// <summary>Routes of the Gateway API and of Linkerd, with these versions served (the first is stored).</summary>
    public static string Route(string group, string plural, string kind, params string[] versions) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{plural}}.{{group}}, annotations: {api-approved.kubernetes.io: "unapproved, for tests"} }
        spec:
          group: {{group}}
          scope: Namespaced
          names: {plural: {{plural}}, kind: {{kind}} }
          versions:
        {{string.Concat(versions.Select((version, index) => $"  - {{name: {version}, served: true, storage: {(index == 0 ? "true" : "false")}, subresources: {{status: {{}}}}, schema: {{openAPIV3Schema: {RouteSchema}}}}}\n"))}}
        """;

    /// <summary>TrafficSplits as <c>linkerd-smi</c> and others define them: quantities in v1alpha1, numbers after it.</summary>
    public static string Split(params string[] versions) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: trafficsplits.split.smi-spec.io}
        spec:
          group: split.smi-spec.io
          scope: Namespaced
          names: {plural: trafficsplits, kind: TrafficSplit}
          versions:
        {{string.Concat(versions.Select((version, index) => $"  - {{name: {version}, served: true, storage: {(index == 0 ? "true" : "false")}, schema: {{openAPIV3Schema: {SplitSchema(version)}}}}}\n"))}}
        """;

    private const string Header =
        "{type: object, required: [name, value], properties: {type: {type: string, enum: [Exact, RegularExpression], default: Exact}, name: {type: string, minLength: 1, maxLength: 256}, value: {type: string, minLength: 1, maxLength: 4096}}}";

    private const string Matches =
        "matches: {type: array, maxItems: 64, x-kubernetes-list-type: atomic, items: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {headers: {type: array, maxItems: 16, "
        + "x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name], items: " + Header + "}}}}";

    private const string Filters =
        "filters: {type: array, maxItems: 16, x-kubernetes-list-type: atomic, items: {type: object, required: [type], x-kubernetes-preserve-unknown-fields: true, properties: {type: {type: string, enum: "
        + "[RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, RequestRedirect, URLRewrite, ExtensionRef]}, requestMirror: {type: object, required: [backendRef], properties: "
        + "{backendRef: {type: object, required: [name], properties: {group: {type: string}, kind: {type: string}, name: {type: string}, namespace: {type: string}, port: {type: integer, minimum: 1, maximum: 65535}}}}}}}}";

    private const string RouteSchema =
        "{type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {rules: {type: array, maxItems: 16, x-kubernetes-list-type: atomic, "
        + "items: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {name: {type: string}, " + Matches + ", " + Filters + ", backendRefs: {type: array, maxItems: 16, x-kubernetes-list-type: atomic, "
        + "items: {type: object, required: [name, port], x-kubernetes-preserve-unknown-fields: true, properties: {name: {type: string, minLength: 1, maxLength: 253}, "
        + "port: {type: integer, minimum: 1, maximum: 65535}, weight: {type: integer, minimum: 0, maximum: 1000000, default: 1}}}}}}}}}, "
        + "status: {type: object, x-kubernetes-preserve-unknown-fields: true}}}";

    private static string SplitSchema(string version) =>
        "{type: object, properties: {spec: {type: object, required: [service, backends], properties: {service: {type: string}, backends: {type: array, "
        + "items: {type: object, required: [service, weight], properties: {service: {type: string}, weight: " + (version == "v1alpha1" ? "{x-kubernetes-int-or-string: true}" : "{type: number}") + "}}}}}}}";
}

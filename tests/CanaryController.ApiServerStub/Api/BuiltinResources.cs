using CanaryController.ApiServerStub.Admission;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Api;

/// <summary>The built-in resources that are served, with what is peculiar to each.</summary>
internal static class BuiltinResources
{
    public static IEnumerable<ResourceType> All()
    {
        yield return Core("namespaces", "Namespace", namespaced: false, status: true, ["ns"]) with { Rules = new NamespaceRules() };
        yield return Core("nodes", "Node", namespaced: false, status: true, ["no"]);
        yield return Core("pods", "Pod", namespaced: true, status: true, ["po"], all: true) with { Rules = new PodRules() };
        yield return Core("services", "Service", namespaced: true, status: true, ["svc"], all: true) with { Rules = new ServiceRules() };
        yield return Core("events", "Event", namespaced: true, status: false, ["ev"]) with { Rules = new EventRules(), CreateOnUpdate = true };
        yield return Core("secrets", "Secret", namespaced: true, status: false, []) with { Rules = new SecretRules() };
        yield return Core("configmaps", "ConfigMap", namespaced: true, status: false, ["cm"]) with { Rules = new ConfigMapRules() };
        yield return Core("endpoints", "Endpoints", namespaced: true, status: false, ["ep"]) with { Rules = new EndpointsRules(), CreateOnUpdate = true };
        yield return Core("serviceaccounts", "ServiceAccount", namespaced: true, status: false, ["sa"]);
        yield return One("apps", "v1", "deployments", "Deployment", status: true, ["deploy"], all: true) with
        {
            Rules = new DeploymentRules(),
            Generation = GenerationRule.SpecOrAnnotations,
            UnconditionalUpdate = true,
        };
        yield return One("apps", "v1", "replicasets", "ReplicaSet", status: true, ["rs"], all: true) with
        {
            Rules = new ReplicaSetRules(),
            Generation = GenerationRule.Spec,
            UnconditionalUpdate = true,
        };
        yield return One("apps", "v1", "controllerrevisions", "ControllerRevision", status: false, []) with { Rules = new ControllerRevisionRules(), UnconditionalUpdate = true };
        yield return One("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", status: false, []) with { Rules = new EndpointSliceRules(), Generation = GenerationRule.Content };
        yield return One("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", status: true, ["hpa"], all: true) with
        {
            Rules = new AutoscalerRules(),
            UnconditionalUpdate = true,
        };
        yield return One("networking.k8s.io", "v1", "ingresses", "Ingress", status: true, ["ing"]) with { Rules = new IngressRules(), Generation = GenerationRule.Spec, UnconditionalUpdate = true };
        yield return One("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", status: true, ["pdb"]) with { Generation = GenerationRule.Spec };
        yield return One("coordination.k8s.io", "v1", "leases", "Lease", status: false, []) with { CreateOnUpdate = true };
        yield return One("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", status: true, ["crd", "crds"]) with
        {
            Namespaced = false,
            Rules = new CrdRules(),
            Generation = GenerationRule.Spec,
        };
        foreach (var (plural, kind, isMutating) in new[] { ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", true), ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false) })
        {
            yield return One(WebhookConfigurations.Group, "v1", plural, kind, status: false, []) with
            {
                Namespaced = false,
                Rules = new WebhookRules(isMutating),
                Generation = GenerationRule.Content,
            };
        }

        yield return One("events.k8s.io", "v1", "events", "Event", status: false, ["ev"]) with { Rules = new EventRules(), AliasOf = "core/events", CreateOnUpdate = true };
    }

    private static ResourceType Core(string plural, string kind, bool namespaced, bool status, string[] shortNames, bool all = false) =>
        One("", "v1", plural, kind, status, shortNames, all) with { Namespaced = namespaced, UnconditionalUpdate = true };

    private static ResourceType One(string group, string version, string plural, string kind, bool status, string[] shortNames, bool all = false)
    {
        var package = group switch { "" => "core", _ => group.Split('.')[0] };
        return new()
        {
            Group = group,
            Plural = plural,
            Singular = kind.ToLowerInvariant(),
            Kind = kind,
            Namespaced = true,
            StorageVersion = version,
            Versions = [new(version, BuiltinTypes.Of($"{package}.{version}.{kind}"), Served: true, status, HasScale: plural is "deployments" or "replicasets")],
            ShortNames = shortNames,
            Categories = all ? ["all"] : [],
        };
    }
}

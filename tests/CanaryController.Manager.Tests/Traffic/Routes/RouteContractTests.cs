using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Tests.Traffic.Routes;

/// <summary>What an API server makes of what is written, by the rules of each kind.</summary>
public sealed class RouteContractTests
{
    private const string Gateway = "gateway.networking.k8s.io";
    private const string Policy = "policy.linkerd.io";

    public static TheoryData<string, string, string[], string> Routes => new()
    {
        { "HTTPRoute", "httproutes", ["v1", "v1beta1"], "v1" },
        { "GRPCRoute", "grpcroutes", ["v1"], "v1" },
        { "TCPRoute", "tcproutes", ["v1alpha2"], "v1alpha2" },
        { "TCPRoute", "tcproutes", ["v1", "v1alpha2"], "v1" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public Task A_route_of_the_Gateway_API_is_divided_in_the_version_that_is_served_and_given_back(string name, string plural, string[] versions, string served)
    {
        var kind = RouteKinds.All.Single(each => each.Name == name);
        return DividesAsync(RouterType.GatewayAPI, kind, [ContractDefinitions.Route(Gateway, plural, name, versions)], kind.Versions.Single(each => each.Version == served), Route(kind, served));
    }

    [Theory]
    [InlineData("v1beta3")]
    [InlineData("v1beta2")]
    public Task A_route_of_Linkerds_group_is_divided_in_the_version_that_is_served(string served) => DividesAsync(
        RouterType.Linkerd, RouteKinds.PolicyHttpRoute, [ContractDefinitions.Route(Policy, "httproutes", "HTTPRoute", served, "v1beta1")],
        RouteKinds.PolicyHttpRoute.Versions.Single(each => each.Version == served), Route(RouteKinds.PolicyHttpRoute, served));

    [Theory]
    [InlineData("v1alpha4", "1", "v1alpha4")]
    [InlineData("v1alpha2", "1", "v1alpha2")]
    [InlineData("v1alpha1 v1alpha2", "1", "v1alpha1")]
    [InlineData("v1alpha1 v1alpha2", "\"500m\"", "v1alpha1")]
    [InlineData("v1alpha1", "1", "v1alpha1")]
    [InlineData("v1alpha1", "\"1\"", "v1alpha1")]
    [InlineData("v1alpha1", "\"500m\"", "v1alpha1")]
    public Task A_TrafficSplit_is_divided_in_the_version_that_is_served_and_in_its_form(string versions, string weight, string served) => DividesAsync(
        RouterType.SMI, RouteKinds.TrafficSplit, [ContractDefinitions.Split(versions.Split(' '))], RouteKinds.TrafficSplit.Versions.Single(each => each.Version == served), Split(served, weight));

    [Fact]
    public async Task What_the_server_refuses_is_said_in_its_words_and_nothing_is_half_written()
    {
        const string Least = "{type: number}";
        var kind = RouteKinds.TrafficSplit.Versions[0];
        var definition = ContractDefinitions.Split(kind.Version).Replace(Least, "{type: number, maximum: 50}", StringComparison.Ordinal);
        await using var bed = await ContractBed.StartAsync(RouterType.SMI, [definition], (kind, Split(kind.Version, "50")));
        var before = await bed.GetAsync(kind);

        var applied = await bed.ApplyAsync(RouterType.SMI, RouteKinds.TrafficSplit, 0);

        Assert.Contains("spec.backends[0].weight", applied.Route.Problem, StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(before["spec"], (await bed.GetAsync(kind))["spec"]));
    }

    [Fact]
    public async Task A_kind_that_the_cluster_does_not_serve_is_none_that_waits()
    {
        await using var bed = await ContractBed.StartAsync(RouterType.Linkerd, [ContractDefinitions.Route(Gateway, "httproutes", "HTTPRoute", "v1")]);
        Assert.Contains("GRPCRoute default/web does not exist", (await bed.ApplyAsync(RouterType.Linkerd, RouteKinds.GrpcRoute, 0)).Route.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ServiceProfile_that_the_cluster_has_is_seen()
    {
        const string Profiles = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: serviceprofiles.linkerd.io}
            spec:
              group: linkerd.io
              scope: Namespaced
              names: {plural: serviceprofiles, kind: ServiceProfile}
              versions:
              - {name: v1alpha2, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
            """;
        var profile = JsonNode.Parse("""{"apiVersion": "linkerd.io/v1alpha2", "kind": "ServiceProfile", "metadata": {"name": "shop.default.svc.cluster.local"}, "spec": {"routes": []}}""")!.AsObject();
        await using var bed = await ContractBed.StartAsync(
            RouterType.Linkerd, [ContractDefinitions.Route(Gateway, "httproutes", "HTTPRoute", "v1"), Profiles],
            (RouteKinds.HttpRoute.Versions[0], Route(RouteKinds.HttpRoute, "v1")), (new("linkerd.io", "v1alpha2", "serviceprofiles", "ServiceProfile"), profile));
        Assert.Contains("ServiceProfile default/shop.default.svc.cluster.local", (await bed.ApplyAsync(RouterType.Linkerd, RouteKinds.HttpRoute, 0)).Route.Problem, StringComparison.Ordinal);
        Assert.Empty(bed.Patched);
    }

    private static async Task DividesAsync(RouterType router, RouteKind kind, string[] definitions, ObjectKind served, JsonObject body)
    {
        await using var bed = await ContractBed.StartAsync(router, definitions, (served, body));
        var before = await bed.GetAsync(served);

        Assert.Null((await bed.ApplyAsync(router, kind, 0)).Route.Problem);
        Assert.Equal(12.5m, (await bed.ApplyAsync(router, kind, 12.5m)).Route.Applied?.Weight.Percent);
        await bed.ApplyAsync(router, kind, 0);
        Assert.Null(await bed.LeaveAsync(router, kind));

        var after = await bed.GetAsync(served);
        Assert.True(JsonNode.DeepEquals(before["spec"], after["spec"]), after["spec"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(before["metadata"]!["annotations"], after["metadata"]!["annotations"]));
        Assert.InRange(bed.Patched.Count, 5, 6);
        Assert.Equal($"{served.Group}/{served.Plural}", Assert.Single(bed.Patched.Distinct()));
    }

    private static JsonObject Route(RouteKind kind, string version) => JsonNode.Parse($$$"""
        {"apiVersion": "{{{kind.Versions[0].Group}}}/{{{version}}}", "kind": "{{{kind.Versions[0].Kind}}}", "metadata": {"name": "web", "annotations": {"timeout.linkerd.io/request": "2s"}},
         "spec": {"parentRefs": [{"group": "core", "kind": "Service", "name": "shop", "port": 80}], "rules": [{"future": 1, "backendRefs": [{"name": "shop", "port": 80, "weight": 1, "own": true}]}]}}
        """)!.AsObject();

    private static JsonObject Split(string version, string weight) => JsonNode.Parse($$$"""
        {"apiVersion": "split.smi-spec.io/{{{version}}}", "kind": "TrafficSplit", "metadata": {"name": "web", "annotations": {"team": "shop"}},
         "spec": {"service": "shop", "backends": [{"service": "shop", "weight": {{{weight}}}}]}}
        """)!.AsObject();
}

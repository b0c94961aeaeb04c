using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>EndpointSlices, garbage collection, namespaces, the autoscaler, and the work itself.</summary>
public sealed class ClusterControllerTests
{
    [Fact]
    public async Task A_Service_has_an_EndpointSlice_of_the_pods_that_it_selects()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        var service = MakeService(cluster, 8080);
        await cluster.SettleAsync();

        var slice = Assert.Single(cluster.Store.List(Resources.EndpointSlices, null));
        Assert.Equal(
            ("web", "endpointslice-controller.k8s.io", "shop"),
            (slice.Labels()?.Text("kubernetes.io/service-name"), slice.Labels()?.Text("endpointslice.kubernetes.io/managed-by"), slice.Labels()?.Text("team")));
        Assert.Equal(service.Uid(), slice.ControllerReference()?.Text("uid"));
        Assert.Equal((8080, "http"), (slice.Items("ports").Single().Count("port"), slice.Items("ports").Single().Text("name")));
        Assert.Equal(
            cluster.Pods.Select(pod => (pod.Text("status", "podIP"), (string?)pod.Uid())).Order(),
            slice.Items("endpoints").Select(e => (e["addresses"]![0]!.GetValue<string?>(), e.Text("targetRef", "uid"))).Order());
        Assert.All(slice.Items("endpoints"), e => Assert.True(e.Flag("conditions", "ready") && e.Flag("conditions", "serving") && !e.Flag("conditions", "terminating")));
    }

    [Fact]
    public async Task Endpoints_say_which_pods_are_unready_and_which_end()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        MakeService(cluster, "web");
        await cluster.SettleAsync();
        cluster.Patch(Resources.Pods, cluster.Pods[0].Name(), pod => pod.Annotations()["sim/ready"] = "false");
        var ending = cluster.Pods[1];
        cluster.Store.DeletePod(ending);
        await cluster.WorkAsync();

        var endpoints = cluster.Store.List(Resources.EndpointSlices, null).SelectMany(s => s.Items("endpoints")).ToList();
        Assert.Equal(1, endpoints.Count(e => e.Flag("conditions", "ready")));
        var end = endpoints.Single(e => e.Flag("conditions", "terminating"));
        Assert.Equal((ending.Uid(), true, false), (end.Text("targetRef", "uid"), end.Flag("conditions", "serving"), end.Flag("conditions", "ready")));
        Assert.Empty(cluster.Store.List("core/endpoints", null));
    }

    [Fact]
    public async Task A_changed_selector_moves_the_endpoints_and_a_deleted_Service_takes_its_slices_with_it()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(2);
        MakeService(cluster, 80);
        await cluster.SettleAsync();
        cluster.Patch(Resources.Services, "web", s => s.Child("spec").Child("selector")[PodTemplate.HashLabel] = "none");
        await cluster.WorkAsync();
        Assert.Empty(Assert.Single(cluster.Store.List(Resources.EndpointSlices, null)).Items("endpoints"));

        cluster.Store.Delete(Resources.Services, Cluster.Namespace, "web");
        await cluster.WorkAsync();
        Assert.Empty(cluster.Store.List(Resources.EndpointSlices, null));
    }

    [Fact]
    public async Task A_Deployment_deleted_in_the_background_is_gone_before_its_pods()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        cluster.Store.Delete(Resources.Deployments, Cluster.Namespace, Cluster.Name, "Background");
        Assert.Null(cluster.Store.Find(Resources.Deployments, Cluster.Namespace, Cluster.Name));
        await cluster.SettleAsync();

        Assert.Empty(cluster.ReplicaSets);
        Assert.Empty(cluster.Pods);
    }

    [Fact]
    public async Task A_Deployment_deleted_in_the_foreground_is_gone_after_its_pods()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        var order = new List<string>();
        cluster.Store.Changed += change => order.AddRange(change.Type == "DELETED" ? [change.Resource] : []);
        cluster.Store.Delete(Resources.Deployments, Cluster.Namespace, Cluster.Name, "Foreground");
        await cluster.SettleAsync();

        Assert.Equal([Resources.Pods, Resources.Pods, Resources.Pods, Resources.ReplicaSets, Resources.Deployments], order);
    }

    [Fact]
    public async Task A_Deployment_deleted_with_orphaning_leaves_its_ReplicaSet_without_an_owner()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        cluster.Store.Delete(Resources.Deployments, Cluster.Namespace, Cluster.Name, "Orphan");
        await cluster.SettleAsync();

        Assert.Empty(cluster.Store.List(Resources.Deployments, null));
        Assert.Empty(Assert.Single(cluster.ReplicaSets).OwnerReferences());
        Assert.Equal(3, cluster.Pods.Count);
    }

    [Fact]
    public async Task One_living_owner_is_enough_and_a_name_that_is_used_again_is_no_owner()
    {
        await using var cluster = new Cluster();
        var one = cluster.Holder("one");
        var two = cluster.Holder("two");
        var both = Manifests.Make("v1", "ConfigMap", "both", spec: null);
        both.Child("metadata")["ownerReferences"] = new JsonArray(Reference(one), Reference(two));
        cluster.Store.Create("core/configmaps", both);
        await cluster.WorkAsync();

        cluster.Store.Delete("apps/controllerrevisions", Cluster.Namespace, "one");
        await cluster.WorkAsync();
        Assert.Equal(two.Uid(), Assert.Single(cluster.Store.Find("core/configmaps", Cluster.Namespace, "both")!.OwnerReferences()).Text("uid"));

        cluster.Store.Delete("apps/controllerrevisions", Cluster.Namespace, "two");
        cluster.Holder("two");
        await cluster.WorkAsync();
        Assert.Null(cluster.Store.Find("core/configmaps", Cluster.Namespace, "both"));
    }

    [Fact]
    public async Task An_object_whose_owner_never_was_is_collected()
    {
        await using var cluster = new Cluster();
        var stray = Manifests.Make("v1", "ConfigMap", "stray", spec: null);
        stray.Child("metadata")["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = "none", ["uid"] = "none" });
        cluster.Store.Create("core/configmaps", stray);
        await cluster.WorkAsync();

        Assert.Null(cluster.Store.Find("core/configmaps", Cluster.Namespace, "stray"));
    }

    [Fact]
    public async Task A_deleted_namespace_goes_when_the_last_finalizer_in_it_is_gone()
    {
        await using var cluster = new Cluster();
        var space = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = Cluster.Namespace },
            ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
            ["status"] = new JsonObject { ["phase"] = "Active" },
        };
        cluster.Store.Create(Resources.Namespaces, space);
        await cluster.DeployAsync(3);
        MakeService(cluster, 80);
        var kept = cluster.Holder("kept");
        cluster.Patch("apps/controllerrevisions", "kept", item => item.Child("metadata")["finalizers"] = new JsonArray("test/keep"));
        cluster.Store.Delete(Resources.Namespaces, null, Cluster.Namespace);
        await cluster.SettleAsync();

        Assert.Empty(cluster.Pods);
        Assert.Empty(cluster.Store.List(Resources.EndpointSlices, null));
        Assert.Equal("Terminating", cluster.Store.Find(Resources.Namespaces, null, Cluster.Namespace)?.Text("status", "phase"));
        Assert.True(cluster.Store.Find("apps/controllerrevisions", Cluster.Namespace, kept.Name())?.IsBeingDeleted());

        cluster.Patch("apps/controllerrevisions", "kept", item => item.Child("metadata")["finalizers"] = new JsonArray());
        await cluster.WorkAsync();
        Assert.Null(cluster.Store.Find(Resources.Namespaces, null, Cluster.Namespace));
    }

    [Theory]
    [InlineData("6", 6)]
    [InlineData("100", 8)]
    [InlineData("0", 2)]
    public async Task An_autoscaler_scales_its_Deployment_within_its_limits(string asked, int given)
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        var hpa = Manifests.Make("autoscaling/v2", "HorizontalPodAutoscaler", "web", new()
        {
            ["scaleTargetRef"] = new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = Cluster.Name },
            ["minReplicas"] = 2,
            ["maxReplicas"] = 8,
        });
        hpa.Annotations()["sim/desired-replicas"] = asked;
        cluster.Store.Create(Resources.Autoscalers, hpa);
        await cluster.SettleAsync();
        Assert.Equal((given, given), (cluster.Size("v1"), cluster.Deployment.Count("spec", "replicas")));

        cluster.Edit(spec => spec["replicas"] = 0);
        await cluster.SettleAsync();
        Assert.Equal(0, cluster.Size("v1"));
    }

    [Fact]
    public async Task A_write_by_somebody_else_in_between_is_no_loss()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(2);
        var left = 20;
        cluster.Store.Changed += change =>
        {
            if (change.Resource == Resources.ReplicaSets && left-- > 0)
            {
                cluster.Patch(Resources.Deployments, Cluster.Name, d => d.Annotations()["test/touched"] = $"{left}");
            }
        };
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();

        Assert.Equal((0, 2), (cluster.Size("v1"), cluster.Size("v2")));
    }

    private static JsonObject MakeService(Cluster cluster, JsonNode targetPort)
    {
        var service = Manifests.Make("v1", "Service", "web", new()
        {
            ["selector"] = new JsonObject { ["app"] = Cluster.Name },
            ["clusterIP"] = "10.96.0.9",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 80, ["targetPort"] = targetPort }),
        });
        service.Child("metadata")["labels"] = new JsonObject { ["team"] = "shop" };
        return cluster.Store.Create(Resources.Services, service);
    }

    private static JsonObject Reference(JsonObject owner)
    {
        var reference = Manifests.Owner(owner);
        reference.Remove("controller");
        return reference;
    }
}

using CanaryController.ApiServerStub.Controllers;

namespace CanaryController.ApiServerStub.Tests.Controllers;

public sealed class PodAndReplicaSetTests
{
    [Fact]
    public async Task Pods_run_ready_on_a_node_with_an_address_of_their_own_after_a_delay()
    {
        await using var cluster = new Cluster();
        cluster.Hold("rs", "v1", 20, holder: null);
        await cluster.PassAsync(TimeSpan.FromMilliseconds(20));
        Assert.All(cluster.Pods, pod => Assert.False(Pod.IsReady(pod)));
        await cluster.PassAsync(TimeSpan.FromMilliseconds(120));

        Assert.Equal(20, cluster.Pods.Select(pod => pod.Text("status", "podIP")).OfType<string>().Distinct().Count());
        Assert.All(cluster.Pods, pod => Assert.True(Pod.IsReady(pod) && Pod.Phase(pod) == "Running" && Pod.NodeName(pod) == "sim"));
        Assert.Equal(
            (20, 20, 20, 20),
            (cluster.Of("v1").Count("status", "replicas"), cluster.Of("v1").Count("status", "fullyLabeledReplicas"),
                cluster.Of("v1").Count("status", "readyReplicas"), cluster.Of("v1").Count("status", "availableReplicas")));
        Assert.Equal(cluster.Of("v1").Generation(), cluster.Of("v1").Number("status", "observedGeneration"));
    }

    [Fact]
    public async Task A_pod_follows_its_ready_annotation()
    {
        await using var cluster = new Cluster();
        cluster.Hold("rs", "v1", 1, holder: null);
        await cluster.SettleAsync();
        cluster.Patch(Resources.Pods, cluster.Pods[0].Name(), pod => pod.Annotations()["sim/ready"] = "false");
        await cluster.WorkAsync();
        Assert.False(Pod.IsReady(cluster.Pods[0]));
        Assert.Equal(("Running", 0), (Pod.Phase(cluster.Pods[0]), cluster.Of("v1").Count("status", "readyReplicas")));

        cluster.Patch(Resources.Pods, cluster.Pods[0].Name(), pod => pod.Annotations().Remove("sim/ready"));
        await cluster.WorkAsync();
        Assert.Equal(1, cluster.Of("v1").Count("status", "readyReplicas"));
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced_at_once_and_ends_after_a_delay()
    {
        await using var cluster = new Cluster();
        cluster.Hold("rs", "v1", 1, holder: null);
        await cluster.SettleAsync();
        var first = cluster.Pods[0];
        cluster.Store.DeletePod(first);
        await cluster.WorkAsync();
        Assert.Equal(2, cluster.Pods.Count);
        Assert.Equal(1, cluster.Of("v1").Count("status", "replicas"));

        await cluster.PassAsync(TimeSpan.FromMilliseconds(60));
        Assert.NotEqual(first.Uid(), Assert.Single(cluster.Pods).Uid());
    }

    [Fact]
    public async Task A_ReplicaSet_deletes_unready_pods_first()
    {
        await using var cluster = new Cluster();
        cluster.Hold("rs", "v1", 5, holder: null);
        await cluster.SettleAsync();
        var unready = cluster.Pods.Skip(1).Take(2).Select(pod => pod.Name()).ToList();
        unready.ForEach(name => cluster.Patch(Resources.Pods, name, pod => pod.Annotations()["sim/ready"] = "false"));
        await cluster.SettleAsync();
        cluster.Patch(Resources.ReplicaSets, "rs", rs => rs.Child("spec")["replicas"] = 3);
        await cluster.SettleAsync();

        Assert.Equal(3, cluster.Pods.Count);
        Assert.DoesNotContain(cluster.Pods, pod => unready.Contains(pod.Name()));
    }

    [Fact]
    public async Task Ready_pods_are_available_only_after_minReadySeconds()
    {
        await using var cluster = new Cluster();
        cluster.Hold("rs", "v1", 2, holder: null);
        cluster.Patch(Resources.ReplicaSets, "rs", rs => rs.Child("spec")["minReadySeconds"] = 5);
        await cluster.PassAsync(TimeSpan.FromSeconds(4));
        Assert.Equal((2, 0), (cluster.Of("v1").Count("status", "readyReplicas"), cluster.Of("v1").Count("status", "availableReplicas")));

        await cluster.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(2, cluster.Of("v1").Count("status", "availableReplicas"));
    }

    [Fact]
    public async Task A_ReplicaSet_adopts_matching_pods_and_releases_those_that_no_longer_match()
    {
        await using var cluster = new Cluster();
        cluster.Hold("rs", "v1", 2, holder: null);
        await cluster.SettleAsync();
        var released = cluster.Pods[0].Name();
        cluster.Patch(Resources.Pods, released, pod => pod.Child("metadata").Child("labels").Remove(PodTemplate.HashLabel));
        await cluster.SettleAsync();
        Assert.Equal(3, cluster.Pods.Count);
        Assert.Null(cluster.Store.Find(Resources.Pods, Cluster.Namespace, released)?.ControllerReference());

        cluster.Patch(Resources.Pods, released, pod => pod.Child("metadata").Child("labels")[PodTemplate.HashLabel] = "rs");
        await cluster.SettleAsync();
        Assert.Equal(2, cluster.Pods.Count);
    }
}

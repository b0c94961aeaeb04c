using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>Which ReplicaSets a Deployment takes, keeps, scales and deletes: the facts that holding a canary rests on.</summary>
public sealed class DeploymentOwnershipTests
{
    /// <summary>The sizes, in order, are those that a real control plane gave.</summary>
    [Theory]
    [InlineData("v2", 2, "v1=2 v2=3")]
    [InlineData("v2", 4, "v1=0 v2=5 v2=4")]
    [InlineData("v1", 4, "v2=0")]
    public async Task A_matching_ReplicaSet_without_a_controller_is_adopted_at_once_even_by_a_paused_Deployment(string template, int size, string scalings)
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4);
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template(template);
        });
        cluster.Hold("canary", "v2", size, cluster.Holder("held"));
        await cluster.SettleAsync();
        Assert.Equal(4, cluster.Size("v1"));

        cluster.ForgetScalings();
        cluster.Patch(Resources.ReplicaSets, "canary", rs => rs.Child("metadata").Remove("ownerReferences"));
        await cluster.SettleAsync();

        Assert.Equal(cluster.Deployment.Uid(), cluster.Of("v2").ControllerReference()?.Text("uid"));
        Assert.Equal(scalings, cluster.Scalings);
    }

    [Fact]
    public async Task A_ReplicaSet_of_another_controller_is_left_alone()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4);
        cluster.Hold("canary", "v2", 2, cluster.Holder("held"));
        await cluster.SettleAsync();

        Assert.Equal("ControllerRevision", cluster.Of("v2").ControllerReference()?.Text("kind"));
        Assert.Equal((4, 2), (cluster.Size("v1"), cluster.Size("v2")));
        Assert.Equal(4, cluster.Deployment.Count("status", "replicas"));
    }

    [Fact]
    public async Task A_ReplicaSet_whose_labels_no_longer_match_is_released()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(2);
        var name = cluster.Of("v1").Name();
        cluster.Patch(Resources.ReplicaSets, name, rs => rs.Child("metadata").Child("labels")["app"] = "other");
        await cluster.SettleAsync();

        Assert.Null(cluster.Store.Find(Resources.ReplicaSets, Cluster.Namespace, name)?.ControllerReference());
    }

    [Fact]
    public async Task An_owner_that_is_deleted_in_the_foreground_takes_its_ReplicaSet_and_all_pods_with_it()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4);
        cluster.Edit(spec => spec["paused"] = true);
        var canary = cluster.Hold("canary", "v2", 3, cluster.Holder("rollout"));
        await cluster.SettleAsync();
        Assert.Equal(3, cluster.PodsOf(canary).Count);

        cluster.Store.Delete("apps/controllerrevisions", Cluster.Namespace, "rollout", "Foreground");
        await cluster.PassAsync(TimeSpan.FromMilliseconds(700));

        Assert.Null(cluster.Store.Find(Resources.ReplicaSets, Cluster.Namespace, "canary"));
        Assert.Empty(cluster.PodsOf(canary));
        Assert.Equal(4, cluster.Size("v1"));
    }

    [Fact]
    public async Task An_owner_that_is_deleted_with_orphaning_lets_the_Deployment_adopt_the_canary()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4);
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v2");
        });
        cluster.Hold("canary", "v2", 4, cluster.Holder("rollout"));
        await cluster.SettleAsync();

        cluster.Patch(Resources.ReplicaSets, "canary", rs =>
        {
            rs.Annotations()["deployment.kubernetes.io/desired-replicas"] = "4";
            rs.Annotations()["deployment.kubernetes.io/max-replicas"] = "5";
        });
        cluster.Store.Delete("apps/controllerrevisions", Cluster.Namespace, "rollout", "Orphan");
        await cluster.SettleAsync();

        Assert.Equal(cluster.Deployment.Uid(), cluster.Of("v2").ControllerReference()?.Text("uid"));
        Assert.Equal(0, cluster.Size("v1"));
    }

    [Fact]
    public async Task Of_two_ReplicaSets_with_the_template_the_oldest_is_the_new_one()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["template"] = Manifests.Template("v1"));
        await cluster.SettleAsync();
        var earlier = cluster.Of("v2");
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v2");
        });
        var second = cluster.Hold("web-cc-second", "v2", 3, cluster.Holder("held"));
        await cluster.SettleAsync();
        var pods = cluster.PodsOf(second);

        cluster.ForgetScalings();
        cluster.Patch(Resources.ReplicaSets, second.Name(), rs => Manifests.HandOver(rs, cluster.Deployment, 1, annotate: true));
        await cluster.SettleAsync();
        Assert.Equal("v1=1", cluster.Scalings);
        cluster.Edit(spec => spec["paused"] = false);
        await cluster.SettleAsync();

        Assert.Equal(3, cluster.Store.Find(Resources.ReplicaSets, Cluster.Namespace, earlier.Name())?.Count("spec", "replicas"));
        Assert.Equal(0, cluster.Store.Find(Resources.ReplicaSets, Cluster.Namespace, second.Name())?.Count("spec", "replicas"));
        Assert.DoesNotContain(cluster.Pods, pod => pods.Contains(pod.Uid()));
    }

    [Fact]
    public async Task A_Deployment_that_passes_through_0_replicas_comes_back_on_its_newest_ReplicaSet()
    {
        await using var cluster = new Cluster();
        await DeployWithRejectedAsync(cluster);
        await PassThroughZeroAsync(cluster);

        Assert.Equal((0, 3), (cluster.Size("v1"), cluster.Size("v2")));
    }

    [Fact]
    public async Task A_parked_ReplicaSet_stays_at_0_when_the_Deployment_passes_through_0_replicas()
    {
        await using var cluster = new Cluster();
        await DeployWithRejectedAsync(cluster);
        var holder = cluster.Holder("parked");
        cluster.Patch(Resources.ReplicaSets, cluster.Of("v2").Name(), rs => rs.Child("metadata")["ownerReferences"] = new JsonArray(Manifests.Owner(holder)));
        await PassThroughZeroAsync(cluster);

        Assert.Equal((3, 0), (cluster.Size("v1"), cluster.Size("v2")));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(10, true)]
    public async Task A_paused_Deployment_deletes_a_ReplicaSet_at_0_beyond_its_history_limit(int limit, bool isKept)
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3, spec => spec["revisionHistoryLimit"] = limit);
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v3");
        });
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["replicas"] = 0);
        await cluster.SettleAsync();

        Assert.Equal(isKept, cluster.ReplicaSets.Count == 1);
    }

    [Fact]
    public async Task A_paused_Deployment_scales_only_its_own_ReplicaSets_and_starts_no_rollout()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4);
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v2");
        });
        cluster.Hold("canary", "v2", 2, cluster.Holder("held"));
        await cluster.SettleAsync();
        Assert.Equal(("Unknown", "DeploymentPaused"), (cluster.Condition("Progressing")?.Text("status"), cluster.Condition("Progressing")?.Text("reason")));

        cluster.Edit(spec => spec["replicas"] = 7);
        await cluster.SettleAsync();

        Assert.Equal((7, 2), (cluster.Size("v1"), cluster.Size("v2")));
        Assert.Equal(2, cluster.ReplicaSets.Count);
        Assert.Equal(0, cluster.Deployment.Count("status", "updatedReplicas"));
        Assert.Equal(cluster.Deployment.Generation(), cluster.Deployment.Number("status", "observedGeneration"));
    }

    [Fact]
    public async Task A_started_rollout_that_is_paused_and_captured_heals_stable_to_full_size()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(6);
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.PassAsync(TimeSpan.FromMilliseconds(60));
        cluster.Edit(spec => spec["paused"] = true);
        await cluster.WorkAsync();
        Assert.True(cluster.Size("v1") < 6 && cluster.Size("v2") > 0, "the rollout had begun");

        var holder = cluster.Holder("captured");
        var size = cluster.Size("v2");
        cluster.Patch(Resources.ReplicaSets, cluster.Of("v2").Name(), rs => rs.Child("metadata")["ownerReferences"] = new JsonArray(Manifests.Owner(holder)));
        await cluster.SettleAsync();

        Assert.Equal((6, size), (cluster.Size("v1"), cluster.Size("v2")));
    }

    [Fact]
    public async Task Surge_of_100_percent_makes_all_new_pods_before_a_pause_can_land()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4, spec => spec["strategy"] = Manifests.RollingUpdate("100%", 0));
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.WorkAsync();

        Assert.Equal(4, cluster.PodsOf(cluster.Of("v2")).Count);
    }

    [Fact]
    public async Task A_Deployment_that_is_being_deleted_only_keeps_its_status()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        cluster.Patch(Resources.Deployments, Cluster.Name, d => d.Child("metadata")["finalizers"] = new JsonArray("test/keep"));
        cluster.Store.Delete(Resources.Deployments, Cluster.Namespace, Cluster.Name);
        cluster.Edit(spec =>
        {
            spec["replicas"] = 5;
            spec["template"] = Manifests.Template("v2");
        });
        cluster.Hold("orphan", "v2", 1, holder: null);
        await cluster.SettleAsync();

        Assert.Equal(3, cluster.Size("v1"));
        Assert.Null(cluster.Of("v2").ControllerReference());
        Assert.Equal(cluster.Deployment.Generation(), cluster.Deployment.Number("status", "observedGeneration"));
    }

    /// <summary>Stable v1 at full size, a rejected v2 at 0 that is newer, and a paused Deployment that asks for a third template.</summary>
    private static async Task DeployWithRejectedAsync(Cluster cluster)
    {
        await cluster.DeployAsync(3);
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["template"] = Manifests.Template("v1"));
        await cluster.SettleAsync();
        Assert.Equal((3, 0), (cluster.Size("v1"), cluster.Size("v2")));
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v3");
        });
        await cluster.SettleAsync();
    }

    private static async Task PassThroughZeroAsync(Cluster cluster)
    {
        cluster.Edit(spec => spec["replicas"] = 0);
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["replicas"] = 3);
        await cluster.SettleAsync();
    }
}

using CanaryController.ApiServerStub.Controllers;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>What a Deployment does when a ReplicaSet with its template and full size is handed to it.</summary>
public sealed class DeploymentHandOverTests
{
    [Theory]
    [InlineData("RollingUpdate", 0)]
    [InlineData("NoSurge", 0)]
    [InlineData("Recreate", 0)]
    [InlineData("RollingUpdate", 2)]
    [InlineData("NoHistory", 0)]
    public async Task With_both_annotations_every_old_ReplicaSet_goes_to_0_in_one_scaling(string strategy, int minReadySeconds)
    {
        await using var cluster = new Cluster();
        var maxSurge = strategy is "RollingUpdate" or "NoHistory" ? 2 : 0;
        await HoldAsync(cluster, 6, strategy, minReadySeconds);
        var pods = cluster.PodsOf(cluster.Of("v2"));

        cluster.ForgetScalings();
        cluster.Patch(Resources.ReplicaSets, "canary", rs => Manifests.HandOver(rs, cluster.Deployment, maxSurge, annotate: true));
        await cluster.SettleAsync();
        Assert.Equal("v1=0", cluster.Scalings);

        cluster.Edit(spec => spec["paused"] = false);
        await cluster.SettleAsync();
        await cluster.PassAsync(TimeSpan.FromSeconds(minReadySeconds + 2));

        Assert.Equal(pods, cluster.PodsOf(cluster.Of("v2")));
        Assert.Equal(6, cluster.Pods.Count);
        Assert.Equal("v1=0", cluster.Scalings);
        Assert.Equal(("True", "NewReplicaSetAvailable"), (cluster.Condition("Progressing")?.Text("status"), cluster.Condition("Progressing")?.Text("reason")));
        Assert.Equal(6, cluster.Deployment.Count("status", "updatedReplicas"));
        Assert.Equal("2", cluster.Of("v2").Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal("2", cluster.Deployment.Annotation("deployment.kubernetes.io/revision"));
        Assert.Equal(strategy == "NoHistory" ? 1 : 2, cluster.ReplicaSets.Count);
    }

    [Fact]
    public async Task Without_the_annotations_it_bounces()
    {
        await using var cluster = new Cluster();
        await HoldAsync(cluster, 6, "RollingUpdate", 0);

        cluster.ForgetScalings();
        cluster.Patch(Resources.ReplicaSets, "canary", rs => Manifests.HandOver(rs, cluster.Deployment, 2, annotate: false));
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["paused"] = false);
        await cluster.SettleAsync();

        Assert.Equal("v1=0 v2=8 v2=6", cluster.Scalings);
    }

    [Fact]
    public async Task With_an_unready_pod_old_is_scaled_only_in_proportion()
    {
        await using var cluster = new Cluster();
        await HoldAsync(cluster, 6, "RollingUpdate", 0);
        cluster.Patch(Resources.Pods, cluster.Pods.First(pod => pod.ControllerReference()?.Text("name") == "canary").Name(),
            pod => pod.Annotations()["sim/ready"] = "false");
        await cluster.SettleAsync();

        cluster.ForgetScalings();
        cluster.Patch(Resources.ReplicaSets, "canary", rs => Manifests.HandOver(rs, cluster.Deployment, 2, annotate: true));
        await cluster.SettleAsync();

        Assert.Equal("v1=2", cluster.Scalings);
    }

    [Fact]
    public async Task Recreate_stays_as_it_is_when_the_Deployment_was_scaled_meanwhile_until_the_annotations_say_the_new_size()
    {
        await using var cluster = new Cluster();
        await HoldAsync(cluster, 4, "Recreate", 0);
        var before = cluster.Deployment;
        cluster.Edit(spec => spec["replicas"] = 6);
        await cluster.SettleAsync();
        cluster.Patch(Resources.ReplicaSets, "canary", rs => Manifests.HandOver(rs, before, 0, annotate: true));
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["paused"] = false);
        await cluster.SettleAsync();
        cluster.Patch(Resources.Deployments, Cluster.Name, d => d.Annotations()["test/touched"] = "once");
        await cluster.SettleAsync();
        Assert.Equal((6, 4), (cluster.Size("v1"), cluster.Size("v2")));

        cluster.Edit(spec => spec["paused"] = true);
        cluster.ForgetScalings();
        cluster.Patch(Resources.ReplicaSets, "canary", rs => Manifests.HandOver(rs, cluster.Deployment, 0, annotate: true));
        await cluster.SettleAsync();

        Assert.Equal("v2=6 v1=0", cluster.Scalings);
    }

    [Fact]
    public async Task A_Recreate_whose_new_ReplicaSet_has_pods_waits_for_a_write_on_the_Deployment_when_old_pods_are_gone()
    {
        await using var cluster = new Cluster();
        await HoldAsync(cluster, 4, "Recreate", 0);
        cluster.Patch(Resources.ReplicaSets, "canary", rs => rs.Child("spec")["replicas"] = 2);
        await cluster.SettleAsync();
        var deployment = cluster.Deployment;
        cluster.Patch(Resources.ReplicaSets, "canary", rs =>
        {
            Manifests.HandOver(rs, deployment, 0, annotate: true);
            rs.Child("spec")["replicas"] = 2;
        });
        cluster.Edit(spec => spec["paused"] = false);
        await cluster.SettleAsync();
        Assert.Equal((0, 2, 2), (cluster.Size("v1"), cluster.Size("v2"), cluster.Pods.Count));
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(2, cluster.Size("v2"));

        cluster.Patch(Resources.Deployments, Cluster.Name, d => d.Annotations()["test/touched"] = "once");
        await cluster.SettleAsync();

        Assert.Equal((0, 4, 4), (cluster.Size("v1"), cluster.Size("v2"), cluster.Pods.Count));
    }

    /// <summary>Stable v1 at full size, the Deployment paused on v2's template, and a held canary of v2 at full size with all pods ready.</summary>
    private static async Task HoldAsync(Cluster cluster, int replicas, string strategy, int minReadySeconds)
    {
        await cluster.DeployAsync(replicas, spec =>
        {
            spec["minReadySeconds"] = minReadySeconds;
            spec["revisionHistoryLimit"] = strategy == "NoHistory" ? 0 : 10;
            spec["strategy"] = strategy switch
            {
                "NoSurge" => Manifests.RollingUpdate(0, 1),
                "Recreate" => Manifests.Recreate(),
                _ => Manifests.RollingUpdate("25%", "25%"),
            };
        });
        await cluster.PassAsync(TimeSpan.FromSeconds(minReadySeconds + 2));
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v2");
        });
        cluster.Hold("canary", "v2", replicas, cluster.Holder("held"));
        cluster.Patch(Resources.ReplicaSets, "canary", rs => rs.Child("spec")["minReadySeconds"] = minReadySeconds);
        await cluster.SettleAsync();
        await cluster.PassAsync(TimeSpan.FromSeconds(minReadySeconds + 2));
        Assert.Equal(replicas, cluster.Of("v2").Count("status", "availableReplicas"));
        Assert.Equal(replicas, cluster.Size("v1"));
    }
}

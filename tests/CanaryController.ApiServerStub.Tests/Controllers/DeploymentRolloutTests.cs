using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Controllers;

namespace CanaryController.ApiServerStub.Tests.Controllers;

/// <summary>Ordinary rollouts of a Deployment, and what its status says of them.</summary>
public sealed class DeploymentRolloutTests
{
    [Fact]
    public async Task A_new_Deployment_gets_a_ReplicaSet_with_its_hash_its_annotations_and_revision_1()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4, spec => spec["minReadySeconds"] = 0);

        var rs = Assert.Single(cluster.ReplicaSets);
        var hash = rs.Labels()?.Text(PodTemplate.HashLabel);
        Assert.Equal($"web-{hash}", rs.Name());
        Assert.Equal(hash, rs.Text("spec", "selector", "matchLabels", PodTemplate.HashLabel));
        Assert.Equal(hash, rs.Text("spec", "template", "metadata", "labels", PodTemplate.HashLabel));
        Assert.Equal(
            ("1", "4", "5"),
            (rs.Annotation("deployment.kubernetes.io/revision"), rs.Annotation("deployment.kubernetes.io/desired-replicas"), rs.Annotation("deployment.kubernetes.io/max-replicas")));
        Assert.True(rs.ControllerReference()?.Flag("blockOwnerDeletion"));
        Assert.Equal(
            (4, 4, 4, 4, 0),
            (cluster.Deployment.Count("status", "replicas"), cluster.Deployment.Count("status", "updatedReplicas"), cluster.Deployment.Count("status", "readyReplicas"),
                cluster.Deployment.Count("status", "availableReplicas"), cluster.Deployment.Count("status", "unavailableReplicas")));
        Assert.Equal("MinimumReplicasAvailable", cluster.Condition("Available")?.Text("reason"));
        Assert.Equal("NewReplicaSetAvailable", cluster.Condition("Progressing")?.Text("reason"));
    }

    [Fact]
    public async Task A_rolling_update_stays_within_surge_and_unavailability_and_ends_within_seconds()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(8);
        var fewest = int.MaxValue;
        var most = 0;
        cluster.Store.Changed += _ =>
        {
            var all = cluster.ReplicaSets;
            most = Math.Max(most, all.Sum(rs => rs.Count("spec", "replicas")));
            fewest = Math.Min(fewest, all.Sum(rs => rs.Count("status", "availableReplicas")));
        };
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal((0, 8), (cluster.Size("v1"), cluster.Size("v2")));
        Assert.Equal(10, most);
        Assert.InRange(fewest, 6, 8);
        Assert.Equal("2", cluster.Deployment.Annotation("deployment.kubernetes.io/revision"));
    }

    /// <summary>The sizes, in order, are those that a real control plane gave.</summary>
    [Fact]
    public async Task A_rolling_update_goes_up_and_down_in_turns()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3);
        cluster.ForgetScalings();
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();
        Assert.Equal("v2=1 v1=2 v2=2 v1=1 v2=3 v1=0", cluster.Scalings);

        cluster.ForgetScalings();
        cluster.Edit(spec => spec["template"] = Manifests.Template("v1"));
        await cluster.SettleAsync();
        Assert.Equal("v1=1 v2=2 v1=2 v2=1 v1=3 v2=0", cluster.Scalings);
    }

    [Fact]
    public async Task Rolling_back_uses_the_earlier_ReplicaSet_with_a_new_revision()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(2);
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();
        cluster.Edit(spec => spec["template"] = Manifests.Template("v1"));
        await cluster.SettleAsync();

        Assert.Equal(2, cluster.ReplicaSets.Count);
        Assert.Equal(
            ("3", "1"),
            (cluster.Of("v1").Annotation("deployment.kubernetes.io/revision"), cluster.Of("v1").Annotation("deployment.kubernetes.io/revision-history")));
    }

    [Fact]
    public async Task A_template_that_only_looks_different_starts_no_rollout()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(2, spec => Container(spec)["resources"] = new JsonObject { ["limits"] = new JsonObject { ["cpu"] = "1000m" } });
        cluster.Edit(spec =>
        {
            Container(spec)["resources"] = new JsonObject { ["limits"] = new JsonObject { ["cpu"] = "1" }, ["requests"] = new JsonObject() };
            Container(spec)["args"] = new JsonArray();
            spec["template"]!["metadata"]!["creationTimestamp"] = null;
        });
        await cluster.SettleAsync();

        Assert.Single(cluster.ReplicaSets);
    }

    [Fact]
    public async Task Recreate_makes_new_pods_only_when_the_last_old_one_is_gone()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(3, spec => spec["strategy"] = Manifests.Recreate());
        var mixed = false;
        cluster.Store.Changed += _ => mixed |= cluster.Pods.Select(pod => pod.Labels()?.Text(PodTemplate.HashLabel)).Distinct().Count() > 1;
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();

        Assert.Equal((0, 3), (cluster.Size("v1"), cluster.Size("v2")));
        Assert.False(mixed);
    }

    [Fact]
    public async Task An_unready_version_stops_a_rollout_and_is_called_stuck_after_the_deadline()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4, spec => spec["progressDeadlineSeconds"] = 3);
        cluster.Edit(spec =>
        {
            var template = Manifests.Template("v2");
            template.Child("metadata")["annotations"] = new JsonObject { ["sim/ready"] = "false" };
            spec["template"] = template;
        });
        await cluster.SettleAsync();
        Assert.Equal((3, 2), (cluster.Size("v1"), cluster.Size("v2")));
        Assert.Equal("ReplicaSetUpdated", cluster.Condition("Progressing")?.Text("reason"));

        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(("False", "ProgressDeadlineExceeded"), (cluster.Condition("Progressing")?.Text("status"), cluster.Condition("Progressing")?.Text("reason")));

        cluster.Edit(spec => spec["paused"] = true);
        await cluster.SettleAsync();
        Assert.Equal("ProgressDeadlineExceeded", cluster.Condition("Progressing")?.Text("reason"));
    }

    [Fact]
    public async Task Unhealthy_old_replicas_are_cleaned_up_first()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(4);
        foreach (var pod in cluster.Pods)
        {
            cluster.Patch(Resources.Pods, pod.Name(), p => p.Annotations()["sim/ready"] = "false");
        }

        await cluster.SettleAsync();
        cluster.ForgetScalings();
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();

        Assert.Equal("v2=1 v1=3 v2=2 v1=2 v2=3 v1=1 v2=4 v1=0", cluster.Scalings);
    }

    [Fact]
    public async Task Scaling_in_the_middle_of_a_rollout_keeps_the_proportions()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(10, spec => spec["strategy"] = Manifests.RollingUpdate(3, 2));
        cluster.Edit(spec =>
        {
            var template = Manifests.Template("v2");
            template.Child("metadata")["annotations"] = new JsonObject { ["sim/ready"] = "false" };
            spec["template"] = template;
        });
        await cluster.SettleAsync();
        Assert.Equal((8, 5), (cluster.Size("v1"), cluster.Size("v2")));

        cluster.Edit(spec => spec["replicas"] = 15);
        await cluster.SettleAsync();

        // The example of the Kubernetes documentation: 8 and 5 become 11 and 7.
        Assert.Equal((11, 7), (cluster.Size("v1"), cluster.Size("v2")));
    }

    [Fact]
    public async Task A_name_that_another_template_has_taken_moves_the_collision_count()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(1);
        var taken = $"web-{PodTemplate.Hash(Manifests.Template("v2"), null)}";
        cluster.Store.Create(Resources.ReplicaSets, Manifests.ReplicaSet(taken, "v9", 0, cluster.Holder("other")));
        cluster.Edit(spec => spec["template"] = Manifests.Template("v2"));
        await cluster.SettleAsync();

        Assert.Equal(1, cluster.Deployment.Count("status", "collisionCount"));
        Assert.Equal(1, cluster.Size("v2"));
        Assert.NotEqual(taken, cluster.Of("v2").Name());
    }

    [Fact]
    public async Task A_resumed_Deployment_rolls_out_what_was_changed_while_it_was_paused()
    {
        await using var cluster = new Cluster();
        await cluster.DeployAsync(2);
        cluster.Edit(spec =>
        {
            spec["paused"] = true;
            spec["template"] = Manifests.Template("v2");
        });
        await cluster.SettleAsync();
        var reasons = new List<string?>();
        cluster.Store.Changed += change => reasons.Add(
            change.Resource == Resources.Deployments ? change.Object.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Progressing")?.Text("reason") : null);
        cluster.Edit(spec => spec["paused"] = false);
        await cluster.SettleAsync();

        Assert.Equal(["DeploymentPaused", "DeploymentResumed", "ReplicaSetUpdated", "NewReplicaSetAvailable"], reasons.OfType<string>().Distinct());
        Assert.Equal((0, 2), (cluster.Size("v1"), cluster.Size("v2")));
    }

    private static JsonNode Container(JsonObject spec) => spec["template"]!["spec"]!["containers"]![0]!;
}

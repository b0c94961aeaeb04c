using System.Text.Json.Nodes;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>A service in a cluster whose controllers run, and what its people do.</summary>
internal sealed class LiveShop(ClusterStage stage, string ns, string name)
{
    private int _commands;

    public string Namespace => ns;

    public string Name => name;

    /// <summary>Creates namespace, Deployment, Service and route.</summary>
    public async Task InstallAsync(string release, CancellationToken cancellation)
    {
        var space = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = ns } };
        await stage.Client.CreateAsync(KubeKind.Namespace, null, space, cancellation);
        await stage.Client.CreateAsync(KubeKind.Deployment, ns, Manifests.Deployment(ns, name, release), cancellation);
        await stage.Client.CreateAsync(KubeKind.Service, ns, Manifests.Service(ns, name), cancellation);
        await stage.Client.CreateAsync(KubeKind.HttpRoute, ns, Manifests.Route(ns, name), cancellation);
        await UntilRolledOutAsync(cancellation);
    }

    /// <summary>Creates the Rollout, and waits until the manager leads it.</summary>
    public async Task AdoptAsync(string steps, CancellationToken cancellation, string analysis = Manifests.Analysis)
    {
        await stage.Client.CreateAsync(KubeKind.Rollout, ns, Manifests.Rollout(ns, name, steps, analysis), cancellation);
        await UntilPhaseAsync("Idle", cancellation);
    }

    /// <summary>Changes the template, as kubectl apply of the next release does.</summary>
    public Task ReleaseAsync(string release, CancellationToken cancellation)
    {
        var next = Manifests.Deployment(ns, name, release);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = next["metadata"]!["annotations"]!.DeepClone() },
            ["spec"] = new JsonObject { ["template"] = next["spec"]!["template"]!.DeepClone() },
        };
        return stage.Client.MergeAsync(KubeKind.Deployment, ns, name, patch, cancellation);
    }

    /// <summary>Creates a RolloutCommand.</summary>
    public Task CommandAsync(string action, CancellationToken cancellation) => CommandAsync(stage.Client, ns, name, action, $"{name}-{++_commands}", cancellation);

    /// <summary>Creates a RolloutCommand for any rollout.</summary>
    public static Task CommandAsync(KubeClient client, string ns, string rollout, string action, string command, CancellationToken cancellation) =>
        client.CreateAsync(
            KubeKind.RolloutCommand,
            ns,
            new JsonObject
            {
                ["apiVersion"] = KubeKind.RolloutCommand.ApiVersion,
                ["kind"] = KubeKind.RolloutCommand.Kind,
                ["metadata"] = new JsonObject { ["name"] = command, ["namespace"] = ns },
                ["spec"] = new JsonObject { ["rollout"] = rollout, ["action"] = action },
            },
            cancellation);

    /// <summary>Waits until the Deployment's pods are all of its template and available.</summary>
    public Task UntilRolledOutAsync(CancellationToken cancellation) => stage.UntilAsync(
        $"{name} rolled out",
        KubeKind.Deployment,
        ns,
        name,
        item => (long?)item["status"]?["observedGeneration"] == (long?)item["metadata"]!["generation"] && (int?)item["status"]?["updatedReplicas"] == 4
            && (int?)item["status"]?["availableReplicas"] == 4 && (int?)item["status"]?["replicas"] == 4,
        cancellation);

    /// <summary>Waits until the canary rests at a weight that the route has taken up.</summary>
    public Task UntilUnderWayAsync(int percent, CancellationToken cancellation) => stage.UntilAsync(
        $"{name} at {percent} %",
        KubeKind.Rollout,
        ns,
        name,
        item => (string?)item["status"]?["phase"] == "Progressing" && (double?)item["status"]?["weight"] == percent && item["status"]!["state"]?["stepSince"] is not null,
        cancellation);

    public Task UntilPhaseAsync(string phase, CancellationToken cancellation) =>
        stage.UntilAsync($"{name} {phase}", KubeKind.Rollout, ns, name, item => (string?)item["status"]?["phase"] == phase, cancellation);
}

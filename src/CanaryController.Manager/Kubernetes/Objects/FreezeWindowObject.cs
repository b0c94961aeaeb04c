using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a FreezeWindow.</summary>
internal record FreezeWindowObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>As it was written; null when it breaks a rule.</summary>
    public FreezeWindow? Window { get; init; }

    /// <summary>Ready to be asked; one that breaks a rule holds up all of its namespace.</summary>
    public required Freeze Freeze { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [KeyOf(Meta.Name.Namespace)];

    /// <summary>The key by which the freezes of a namespace are found; those of the cluster have none.</summary>
    public static string KeyOf(string ns) => $"freeze:{ns}";

    /// <summary>Reads a FreezeWindow.</summary>
    public static FreezeWindowObject Project(JsonElement item)
    {
        var (window, freeze) = Read(item, isCluster: false);
        return new() { Meta = ObjectMeta.Read(item), Window = window, Freeze = freeze };
    }

    /// <summary>The items of a list carry neither apiVersion nor kind.</summary>
    protected static (FreezeWindow? Window, Freeze Freeze) Read(JsonElement item, bool isCluster)
    {
        var body = JsonObject.Create(item)!;
        var kind = isCluster ? FreezeWindow.ClusterKindText : FreezeWindow.KindText;
        body["apiVersion"] = Rollout.ApiVersionText;
        body["kind"] = kind;
        var read = FreezeWindowReader.ReadServerObject(body.ToJsonString(), isCluster);
        if (read.Documents is [{ HasErrors: false } document])
        {
            return (document.Resource, Freeze.Of(document.Resource));
        }

        var name = ObjectMeta.Read(item).Name;
        var problem = read.Problems.FirstOrDefault(each => each.Severity is ProblemSeverity.Error);
        return (null, Freeze.Unreadable(name.Namespace, $"{kind} {name.Name}", problem is null ? "it has errors" : $"{problem.Path}: {problem.Message}"));
    }
}

/// <summary>What is kept of a ClusterFreezeWindow.</summary>
internal sealed record ClusterFreezeWindowObject : FreezeWindowObject
{
    /// <summary>Reads a ClusterFreezeWindow.</summary>
    public static new ClusterFreezeWindowObject Project(JsonElement item)
    {
        var (window, freeze) = Read(item, isCluster: true);
        return new() { Meta = ObjectMeta.Read(item), Window = window, Freeze = freeze };
    }
}

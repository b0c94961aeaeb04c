using System.Text.RegularExpressions;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Workloads;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>The configuration's section <c>kubernetes</c>.</summary>
internal sealed record KubernetesOptions
{
    /// <summary>A kubeconfig file; null = the files of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>, else the pod's service account, whichever is there first.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>A context of the kubeconfig; null = its current one.</summary>
    public string? Context { get; init; }

    /// <summary>The namespaces that are watched; empty = the whole cluster, which needs a ClusterRole. At most 100.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>When a Deployment that is led is paused. Default Always; OnChange lets a change begin to roll before it is captured, as long as no admission webhook holds it.</summary>
    public HoldMode Hold { get; init; } = HoldMode.Always;

    /// <summary>The routers whose objects are watched, beside ReplicaRatio, which needs none. Default GatewayAPI. Each needs permission for its kinds.</summary>
    public IReadOnlyList<RouterType> Routers { get; init; } = [RouterType.GatewayAPI];

    /// <summary>How many requests a second go to the API server in the long run. Default 50; 1 to 1,000.</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>How many requests may go at once after a quiet time. Default 100; 1 to 5,000.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>How long a single request may take, waiting for its turn included. Default 10 seconds; 1 second to 1 minute.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The section <c>admission</c>; null = the API server is not expected to ask us anything.</summary>
    public AdmissionOptions? Admission { get; init; }
}

/// <summary>Checks the section <c>kubernetes</c>, all of it at once.</summary>
internal static partial class KubernetesOptionsValidator
{
    /// <summary>Each namespace costs a watch a kind; with more of them, watching the whole cluster is cheaper.</summary>
    public const int MaxNamespaces = 100;

    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Validate(KubernetesOptions options, string path = "kubernetes")
    {
        var problems = new List<FieldProblem>();
        if (options.Kubeconfig is { Length: 0 })
        {
            problems.Add(new($"{path}.kubeconfig", "", "Empty.", "the path of a kubeconfig file, or leave it out"));
        }

        if (options.Context is { Length: 0 })
        {
            problems.Add(new($"{path}.context", "", "Empty.", "the name of a context of the kubeconfig, or leave it out"));
        }

        CheckNamespaces(options.Namespaces, $"{path}.namespaces", problems);
        if (options.RequestsPerSecond is < 1 or > 1_000)
        {
            problems.Add(new($"{path}.requestsPerSecond", options.RequestsPerSecond.ToString(), "Outside 1 to 1000.", "50"));
        }

        if (options.Burst is < 1 or > 5_000)
        {
            problems.Add(new($"{path}.burst", options.Burst.ToString(), "Outside 1 to 5000.", "100"));
        }

        if (options.RequestTimeout < TimeSpan.FromSeconds(1) || options.RequestTimeout > TimeSpan.FromMinutes(1))
        {
            problems.Add(new($"{path}.requestTimeout", options.RequestTimeout.ToString(), "Outside 1 second to 1 minute.", "10s"));
        }

        return problems;
    }

    private static void CheckNamespaces(IReadOnlyList<string> namespaces, string path, List<FieldProblem> problems)
    {
        if (namespaces.Count > MaxNamespaces)
        {
            problems.Add(new(path, namespaces.Count.ToString(), $"More than {MaxNamespaces} namespaces.", "leave the list empty to watch the whole cluster"));
        }

        foreach (var ns in namespaces.Where(ns => !Label().IsMatch(ns)))
        {
            problems.Add(new(path, ns, "Not the name of a namespace.", "1 to 63 of a-z, 0-9 and -, with a letter or digit first and last"));
        }

        foreach (var twice in namespaces.GroupBy(ns => ns, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            problems.Add(new(path, twice, "This namespace is named twice.", "name it once"));
        }
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Label();
}

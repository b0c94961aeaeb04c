using CanaryController.Cli.Cluster;

namespace CanaryController.Cli.Hosting;

/// <summary>Which of two is asked: a controller's address (<c>--url</c>, CANARY_URL), or the cluster that a kubeconfig names. What was said comes before what is there.</summary>
internal static class ConnectionChoice
{
    /// <summary>Why the cluster is asked, for error messages; null when a controller's address is.</summary>
    /// <param name="url"><c>--url</c>.</param>
    /// <param name="httpOnly">Another option that only makes sense with an address; null for none.</param>
    /// <param name="kubeconfig"><c>--kubeconfig</c>.</param>
    /// <param name="context"><c>--context</c>.</param>
    /// <param name="isPlugin">It runs as kubectl's plugin.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="CliException">Both were named.</exception>
    public static string? WhyCluster(string? url, string? httpOnly, string? kubeconfig, string? context, bool isPlugin, Func<string, string?> variable)
    {
        var cluster = kubeconfig is not null ? "--kubeconfig" : context is not null ? "--context" : null;
        var address = url is not null ? "--url" : httpOnly;
        if (cluster is not null && address is not null)
        {
            throw new CliException(ExitCode.Usage, $"{address} is for a controller's address, {cluster} for a cluster: give one of the two.");
        }

        if (cluster is not null || address is not null)
        {
            return cluster;
        }

        if (isPlugin)
        {
            return "the name kubectl-canary";
        }

        if (IsSet("CANARY_URL", variable) || IsSet("CANARY_TOKEN_FILE", variable))
        {
            return null;
        }

        return ClusterSettings.Files(null, variable).Count > 0 ? "the kubeconfig, since neither --url nor CANARY_URL names a controller"
            : ClusterSettings.IsInPod(variable) ? "the pod's service account, since neither --url nor CANARY_URL names a controller"
            : null;
    }

    private static bool IsSet(string name, Func<string, string?> variable) => !string.IsNullOrWhiteSpace(variable(name));
}

using System.Net;
using k8s;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>Writes kubeconfigs that differ a little from a given one.</summary>
internal static class Kubeconfigs
{
    /// <summary>
    /// Writes a copy whose contexts name <paramref name="ns"/>, which is where a controller outside of the cluster has its Lease, and which leads through <paramref name="port"/> of 127.0.0.1 when that is
    /// given; the server's certificate is still the server's.
    /// </summary>
    public static string Write(string kubeconfig, string folder, string ns, int? port = null)
    {
        var configuration = KubernetesClientConfiguration.LoadKubeConfig(kubeconfig);
        foreach (var context in configuration.Contexts)
        {
            context.ContextDetails.Namespace = ns;
        }

        foreach (var cluster in port is null ? [] : configuration.Clusters)
        {
            var server = new Uri(cluster.ClusterEndpoint.Server);
            cluster.ClusterEndpoint.Server = $"{server.Scheme}://127.0.0.1:{port}";
            cluster.ClusterEndpoint.TlsServerName = IPAddress.TryParse(server.Host, out _) ? null : server.Host;
        }

        var file = Path.Combine(folder, $"kubeconfig-{ns}-{port}");
        File.WriteAllText(file, KubernetesYaml.Serialize(configuration));
        return file;
    }
}

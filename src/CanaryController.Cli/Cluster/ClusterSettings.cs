using System.Security.Cryptography;
using CanaryController.Cli.Hosting;
using k8s;
using k8s.Exceptions;
using YamlDotNet.Core;

namespace CanaryController.Cli.Cluster;

/// <summary>Which cluster, as whom: from a kubeconfig, as kubectl finds it, or from the pod that the program runs in.</summary>
/// <param name="Configuration">Address, trust and credentials.</param>
/// <param name="Origin">Where they come from, for error messages, like <c>the context 'dev' of /home/ada/.kube/config</c>.</param>
/// <param name="Why">Why the cluster is asked and not a controller's address, for error messages.</param>
internal sealed record ClusterSettings(KubernetesClientConfiguration Configuration, string Origin, string Why)
{
    /// <summary>The server's base address, with a slash at the end.</summary>
    public Uri Server { get; } = new(Configuration.Host.TrimEnd('/') + "/");

    /// <summary>The namespace of the context or of the pod; null when neither says.</summary>
    public string? Namespace => string.IsNullOrWhiteSpace(Configuration.Namespace) ? null : Configuration.Namespace.Trim();

    /// <summary>The kubeconfig files: the named one, else those of KUBECONFIG that exist, else <c>~/.kube/config</c> when it exists.</summary>
    public static IReadOnlyList<string> Files(string? file, Func<string, string?> variable)
    {
        if (file is not null)
        {
            return [file];
        }

        if (variable("KUBECONFIG") is { Length: > 0 } list)
        {
            return [.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists)];
        }

        return variable("HOME") is { Length: > 0 } home && Path.Combine(home, ".kube", "config") is var usual && File.Exists(usual) ? [usual] : [];
    }

    /// <summary>True when the program runs in a pod that has a service account.</summary>
    public static bool IsInPod(Func<string, string?> variable) => variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } && KubernetesClientConfiguration.IsInCluster();

    /// <summary>Reads them. Runs an exec plugin when the user has one, which can take as long as the plugin does.</summary>
    /// <param name="file"><c>--kubeconfig</c>.</param>
    /// <param name="context"><c>--context</c>.</param>
    /// <param name="why">Why the cluster is asked.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="CliException">There is no way to a cluster.</exception>
    public static ClusterSettings Resolve(string? file, string? context, string why, Func<string, string?> variable)
    {
        var files = Files(file, variable);
        var from = files.Count > 0 ? string.Join(Path.PathSeparator, files) : "the pod's service account";
        try
        {
            if (files.Count > 0)
            {
                var configuration = Kubeconfig.Read(files, context);
                return Checked(configuration, $"the context '{configuration.CurrentContext}' of {from}", why);
            }

            return context is null && IsInPod(variable)
                ? Checked(KubernetesClientConfiguration.InClusterConfig(), from, why)
                : throw new CliException(
                    ExitCode.Usage,
                    $"There is no kubeconfig, but the cluster is to be asked ({why}): neither KUBECONFIG nor ~/.kube/config names a file that exists. Name one with --kubeconfig, or give a controller's address with --url.");
        }
        catch (Exception wrong) when (wrong is KubeConfigException or KubernetesException or YamlException or IOException or UnauthorizedAccessException or FormatException
            or CryptographicException or ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            throw new CliException(
                ExitCode.Usage,
                $"The way to the cluster cannot be had from {from} ({why}): {wrong.Message.TrimEnd('.')}. Name another file with --kubeconfig, another context with --context, or a controller's address with --url.",
                wrong);
        }
    }

    /// <summary>The server and where its address comes from; never a credential.</summary>
    public override string ToString() => $"{Server.ToString().TrimEnd('/')} ({Origin})";

    private static ClusterSettings Checked(KubernetesClientConfiguration configuration, string origin, string why) =>
        Uri.TryCreate(configuration.Host, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new(configuration, origin, why)
            : throw new KubeConfigException($"'{configuration.Host}' of {origin} is no http or https address");
}

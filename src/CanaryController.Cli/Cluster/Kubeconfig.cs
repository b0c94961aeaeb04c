using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace CanaryController.Cli.Cluster;

/// <summary>Reads kubeconfig files by KubernetesClient. What it lacks is added here: a chosen context of several files, and users without credentials.</summary>
internal static class Kubeconfig
{
    /// <summary>Several files count as one; of two entries with one name the first counts, as kubectl has it.</summary>
    /// <param name="files">At least one.</param>
    /// <param name="context">The context; null = the first current one that is said.</param>
    /// <exception cref="KubeConfigException">It cannot be used.</exception>
    public static KubernetesClientConfiguration Read(IReadOnlyList<string> files, string? context)
    {
        var read = files.Select(file => KubernetesClientConfiguration.LoadKubeConfig(new FileInfo(file))).ToList();
        var merged = read[0];
        merged.CurrentContext = context ?? read.Select(each => each.CurrentContext).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        merged.Contexts = [.. read.SelectMany(each => each.Contexts ?? []).DistinctBy(each => each.Name)];
        merged.Clusters = [.. read.SelectMany(each => each.Clusters ?? []).DistinctBy(each => each.Name)];
        merged.Users = [.. read.SelectMany(each => each.Users ?? []).DistinctBy(each => each.Name)];
        if (string.IsNullOrEmpty(merged.CurrentContext))
        {
            throw new KubeConfigException("it has no current context");
        }

        var chosen = merged.Contexts.FirstOrDefault(each => each.Name == merged.CurrentContext)?.ContextDetails;
        if (merged.Users.FirstOrDefault(each => each.Name == chosen?.User) is { } user && !HasCredentials(user.UserCredentials))
        {
            // The server may let anybody in.
            chosen!.User = null;
        }

        return KubernetesClientConfiguration.BuildConfigFromConfigObject(merged, merged.CurrentContext);
    }

    private static bool HasCredentials(UserCredentials? user) =>
        user is not null && (user.Token ?? user.UserName ?? user.ClientCertificate ?? user.ClientCertificateData ?? (object?)user.AuthProvider ?? user.ExternalExecution) is not null;
}

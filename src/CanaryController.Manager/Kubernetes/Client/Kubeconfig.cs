using CanaryController.Shared;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Finds the configuration of the client. KubernetesClient understands the files; what it lacks is added here: several files with a chosen context, <c>tokenFile</c>, and users without any
/// credentials.
/// </summary>
internal static class Kubeconfig
{
    private static readonly IDeserializer _yaml = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).IgnoreUnmatchedProperties().Build();

    /// <summary>The files of <paramref name="options"/>, else of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>, else the pod's service account.</summary>
    public static KubernetesClientConfiguration Find(KubernetesOptions options)
    {
        var files = options.Kubeconfig is { } explicitly
            ? [explicitly]
            : (Environment.GetEnvironmentVariable("KUBECONFIG") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (files.Length == 0 && File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation))
        {
            files = [KubernetesClientConfiguration.KubeConfigDefaultLocation];
        }

        if (files.Length > 0)
        {
            return Read(files, options.Context);
        }

        return options.Context is null
            ? KubernetesClientConfiguration.InClusterConfig()
            : throw new KubeConfigException($"there is no kubeconfig that could hold the context '{options.Context}'.");
    }

    /// <summary>Several files count as one; of two entries with one name the first counts, and files that are not there do not, as kubectl has it.</summary>
    private static KubernetesClientConfiguration Read(string[] files, string? context)
    {
        var there = files.Length == 1 ? files : [.. files.Where(File.Exists)];
        var read = there.Select(Load).ToList();
        if (read.Count == 0)
        {
            throw new KubeConfigException($"none of the files {string.Join(", ", files)} is there.");
        }

        var merged = read[0];
        merged.CurrentContext = context ?? read.Select(each => each.CurrentContext).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        merged.Contexts = [.. read.SelectMany(each => each.Contexts ?? [])];
        merged.Clusters = [.. read.SelectMany(each => each.Clusters ?? [])];
        merged.Users = [.. read.SelectMany(each => each.Users ?? [])];

        var chosen = merged.Contexts.FirstOrDefault(each => each.Name == merged.CurrentContext)?.ContextDetails;
        var user = merged.Users.FirstOrDefault(each => each.Name == chosen?.User);
        var tokenFile = user is null ? null : TokenFile(there, user.Name);
        if (tokenFile is not null)
        {
            // Replaced below; without anything here the user would be refused.
            user!.UserCredentials ??= new();
            user.UserCredentials.Token = tokenFile;
        }
        else if (user is not null && !HasCredentials(user.UserCredentials))
        {
            chosen!.User = null;
        }

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(merged, merged.CurrentContext);
        configuration.TokenProvider = tokenFile is null ? configuration.TokenProvider : new TokenFileAuth(tokenFile);
        return configuration;
    }

    /// <summary>
    /// By a plain YAML reader: KubernetesClient's own prepares itself for all kinds of the API when it is first used, which takes seconds of the processor and tens of megabytes.
    /// </summary>
    private static K8SConfiguration Load(string file)
    {
        if (!File.Exists(file))
        {
            throw new KubeConfigException($"there is no file {file}.");
        }

        var read = _yaml.Deserialize<K8SConfiguration?>(File.ReadAllText(file)) ?? throw new KubeConfigException($"{file} is empty.");
        read.FileName = Path.GetFullPath(file);
        return read;
    }

    private static bool HasCredentials(UserCredentials? user) =>
        user is not null && (user.Token ?? user.UserName ?? user.ClientCertificate ?? user.ClientCertificateData ?? (object?)user.AuthProvider ?? user.ExternalExecution) is not null;

    /// <summary>The file of the user's token, which is read again as it is renewed.</summary>
    private static string? TokenFile(IEnumerable<string> files, string user)
    {
        foreach (var file in files)
        {
            var values = YamlConfiguration.Read(file);
            for (var index = 0; values.TryGetValue($"users:{index}:name", out var name); index++)
            {
                if (name == user)
                {
                    return values.GetValueOrDefault($"users:{index}:user:tokenFile") is { Length: > 0 } path
                        ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path)
                        : null;
                }
            }
        }

        return null;
    }
}

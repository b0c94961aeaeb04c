namespace CanaryController.Manager.Analysis.Prometheus.Sources;

/// <summary>A label that series are found by.</summary>
/// <param name="Name">Its name in Prometheus.</param>
/// <param name="Form">What its values look like.</param>
internal sealed record KeyLabel(string Name, KeyForm Form = KeyForm.Exact)
{
    /// <summary>A pod's name is its ReplicaSet's, cut to 58 characters, and five random ones (apimachinery, "SimpleNameGenerator").</summary>
    private const int RandomLength = 5;
    private const int MaxPodPrefix = 58;

    /// <summary>The start of the names of a ReplicaSet's pods.</summary>
    public static string PodPrefix(string replicaSet) => replicaSet.Length < MaxPodPrefix ? replicaSet + '-' : replicaSet[..MaxPodPrefix];

    /// <summary>The part of a label's value that names what is looked for; empty when there is none.</summary>
    public string PartOf(string value) => Form switch
    {
        KeyForm.Exact => value,
        KeyForm.Pod => value.Length > RandomLength ? value[..^RandomLength] : "",
        KeyForm.BeforePort => value,
        KeyForm.ServiceOfProvider => ServiceOfProvider(value),
        KeyForm.ClusterOfService => BeforeLast(value, '_'),
    };

    /// <summary>A regular expression for the values that name <paramref name="part"/>. It may let others through: <see cref="PartOf"/> decides.</summary>
    public string Pattern(string part) => (Form is KeyForm.ServiceOfProvider ? "(.*-svc-)?" : "") + PromQl.EscapeRegex(part) + Form switch
    {
        KeyForm.Exact => "",
        KeyForm.Pod => ".*",
        KeyForm.BeforePort => "-.*",
        KeyForm.ServiceOfProvider => "-.*",
        KeyForm.ClusterOfService => "_.*",
    };

    /// <summary>
    /// Traefik names the service of a custom resource <c>NAMESPACE-SERVICE-PORT@kubernetescrd</c>. Behind a Gateway it is <c>ROUTE-svc-NAMESPACE-SERVICE-INDEX@kubernetesgateway</c>, one for each entry point,
    /// and before version 3.7.6 <c>NAMESPACE-SERVICE-http-PORT@kubernetesgateway</c>.
    /// </summary>
    private static string ServiceOfProvider(string value)
    {
        var at = value.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            return "";
        }

        var name = BeforeLast(value[..at], '-');
        return !value.AsSpan(at).SequenceEqual("@kubernetesgateway") ? name
            : name.LastIndexOf("-svc-", StringComparison.Ordinal) is >= 0 and var route ? name[(route + "-svc-".Length)..]
            : name.EndsWith("-http", StringComparison.Ordinal) || name.EndsWith("-grpc", StringComparison.Ordinal) ? name[..^"-http".Length]
            : name;
    }

    private static string BeforeLast(string value, char separator) => value.LastIndexOf(separator) is > 0 and var end ? value[..end] : "";
}

/// <summary>How a label's value names something.</summary>
internal enum KeyForm
{
    /// <summary>It is the name.</summary>
    Exact,

    /// <summary>A pod: its ReplicaSet's name and five random characters.</summary>
    Pod,

    /// <summary><c>NAMESPACE-SERVICE-PORT</c> (ingress-nginx), where the port may be a name with a hyphen: what is looked for stands at the start.</summary>
    BeforePort,

    /// <summary><c>NAMESPACE-SERVICE-PORT@PROVIDER</c>, or the longer form that the provider of Gateways has (Traefik).</summary>
    ServiceOfProvider,

    /// <summary><c>NAMESPACE_SERVICE_PORT</c> (Contour).</summary>
    ClusterOfService,
}

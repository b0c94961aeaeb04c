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
        KeyForm.BeforePort => BeforeLast(value, '-'),
        KeyForm.ServiceOfProvider => BeforeLast(value.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? value[..at] : "", '-'),
        KeyForm.ClusterOfService => BeforeLast(value, '_'),
    };

    /// <summary>A regular expression for the values that name <paramref name="part"/>. It may let others through: <see cref="PartOf"/> decides.</summary>
    public string Pattern(string part) => PromQl.EscapeRegex(part) + Form switch
    {
        KeyForm.Exact => "",
        KeyForm.Pod => ".*",
        KeyForm.BeforePort => "-.*",
        KeyForm.ServiceOfProvider => "-.*",
        KeyForm.ClusterOfService => "_.*",
    };

    private static string BeforeLast(string value, char separator) => value.LastIndexOf(separator) is > 0 and var end ? value[..end] : "";
}

/// <summary>How a label's value names something.</summary>
internal enum KeyForm
{
    /// <summary>It is the name.</summary>
    Exact,

    /// <summary>A pod: its ReplicaSet's name and five random characters.</summary>
    Pod,

    /// <summary><c>NAMESPACE-SERVICE-PORT</c> (ingress-nginx).</summary>
    BeforePort,

    /// <summary><c>NAMESPACE-SERVICE-PORT@PROVIDER</c> (Traefik).</summary>
    ServiceOfProvider,

    /// <summary><c>NAMESPACE_SERVICE_PORT</c> (Contour).</summary>
    ClusterOfService,
}

using System.Runtime.InteropServices;
using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.IngressNginx;

/// <summary>What is kept of an Ingress: all that a canary's copy of it needs.</summary>
internal sealed record IngressObject : ICached
{
    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Its class; null when it says none, or says it by an annotation.</summary>
    public string? ClassName { get; init; }

    /// <summary>The paths of all its rules that lead to a Service, in order.</summary>
    public EquatableArray<IngressPath> Paths { get; init; }

    /// <summary>Its certificates.</summary>
    public EquatableArray<IngressTls> Tls { get; init; }

    /// <summary>The Service that gets what no rule matches; null when there is none.</summary>
    public string? DefaultService { get; init; }

    /// <summary>Those of its annotations that ingress-nginx reads.</summary>
    public IReadOnlyDictionary<string, string> Nginx { get; init; } = TextPairs.None;

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>It gets a part of another one's requests.</summary>
    public bool IsCanary => Nginx.GetValueOrDefault(NginxAnnotations.Canary) == "true";

    /// <summary>Reads an Ingress.</summary>
    public static IngressObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        var ingress = new IngressObject
        {
            Meta = meta,
            ClassName = item.Text("spec", "ingressClassName"),
            Paths = [.. item.Items("spec", "rules").SelectMany(PathsOf)],
            Tls = [.. item.Items("spec", "tls").Select(each => new IngressTls([.. each.Items("hosts").Select(host => host.GetString() ?? "")], each.Text("secretName")))],
            DefaultService = item.Text("spec", "defaultBackend", "service", "name"),
            Nginx = Kept(item.Pairs("metadata", "annotations")),
        };
        return ingress with { IndexKeys = Keys(ingress) };
    }

    /// <summary>The key by which the Ingresses of a namespace are found that are canaries, whoever made them.</summary>
    public static string CanariesKey(string ns) => $"canaries:{ns}";

    private static string[] Keys(IngressObject ingress)
    {
        List<string> keys = [];
        if (ingress.Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) is { } rollout)
        {
            keys.Add(ObjectKeys.Rollout(ingress.Meta.Name.Namespace, rollout));
        }

        if (ingress.IsCanary)
        {
            keys.Add(CanariesKey(ingress.Meta.Name.Namespace));
        }

        return [.. keys];
    }

    private static IEnumerable<IngressPath> PathsOf(JsonElement rule) =>
        from path in rule.Items("http", "paths")
        let service = path.Text("backend", "service", "name")
        where service is not null
        select new IngressPath(
            rule.Text("host") ?? "", path.Text("path"), path.Text("pathType") ?? "ImplementationSpecific",
            service, path.Int("backend", "service", "port", "number"), path.Text("backend", "service", "port", "name"));

    private static TextPairs Kept(IReadOnlyDictionary<string, string> annotations)
    {
        List<string> pairs = [];
        foreach (var (key, value) in annotations.Where(pair => NginxAnnotations.IsKept(pair.Key)))
        {
            pairs.AddRange(key, value);
        }

        return TextPairs.Of(CollectionsMarshal.AsSpan(pairs));
    }
}

/// <summary>A path of an Ingress that leads to a Service.</summary>
/// <param name="Host">The rule's host; empty for all.</param>
/// <param name="Path">The path; null when it says none.</param>
/// <param name="PathType">How it is matched.</param>
/// <param name="Service">Where it leads to.</param>
/// <param name="Port">The port by number; null when it is said by name.</param>
/// <param name="PortName">The port by name; null when it is said by number.</param>
internal sealed record IngressPath(string Host, string? Path, string PathType, string Service, int? Port, string? PortName);

/// <summary>A certificate of an Ingress.</summary>
/// <param name="Hosts">For which hosts; none = all.</param>
/// <param name="Secret">The Secret that holds it; null for the controller's own.</param>
internal sealed record IngressTls(EquatableArray<string> Hosts, string? Secret);

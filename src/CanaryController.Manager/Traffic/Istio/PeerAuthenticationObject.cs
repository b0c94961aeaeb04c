using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>What is kept of a PeerAuthentication: whether pods take requests without mTLS.</summary>
internal sealed record PeerAuthenticationObject : ICached
{
    /// <summary>Where the mesh's own stands, unless Istio was installed otherwise.</summary>
    public const string RootNamespace = "istio-system";

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The labels of the pods that it is for; none = a whole namespace, and in <see cref="RootNamespace"/> the mesh.</summary>
    public required IReadOnlyDictionary<string, string> Selector { get; init; }

    /// <summary><c>STRICT</c>, <c>PERMISSIVE</c>, <c>DISABLE</c>; null or <c>UNSET</c> = as the next wider one says.</summary>
    public string? Mode { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>It is for some pods, and these are among them for sure: they have all the labels of <paramref name="labels"/>, and perhaps more.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels) => Selector.Count > 0 && Selector.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value);

    /// <summary>The key by which those of a namespace are found.</summary>
    public static string NamespaceKey(string ns) => $"namespace:{ns}";

    /// <summary>Reads a PeerAuthentication.</summary>
    public static PeerAuthenticationObject Project(JsonElement item, ObjectKind served)
    {
        var meta = ObjectMeta.Read(item);
        return new() { Meta = meta, Selector = item.Pairs("spec", "selector", "matchLabels"), Mode = item.Text("spec", "mtls", "mode"), IndexKeys = [NamespaceKey(meta.Name.Namespace)] };
    }

    /// <summary>For people: <c>PeerAuthentication shop/default</c>.</summary>
    public override string ToString() => $"PeerAuthentication {Meta.Name}";
}

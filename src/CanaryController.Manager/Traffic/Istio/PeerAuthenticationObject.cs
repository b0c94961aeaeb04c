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

    /// <summary>It is for a whole namespace, and in <see cref="RootNamespace"/> for the mesh; false = for some pods.</summary>
    public bool IsWhole { get; init; }

    /// <summary><c>STRICT</c>, <c>PERMISSIVE</c>, <c>DISABLE</c>; null or <c>UNSET</c> = as the next wider one says.</summary>
    public string? Mode { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>The key by which the whole ones of a namespace are found.</summary>
    public static string NamespaceKey(string ns) => $"namespace:{ns}";

    /// <summary>Reads a PeerAuthentication.</summary>
    public static PeerAuthenticationObject Project(JsonElement item, ObjectKind served)
    {
        var meta = ObjectMeta.Read(item);
        var isWhole = item.Pairs("spec", "selector", "matchLabels").Count == 0;
        return new() { Meta = meta, IsWhole = isWhole, Mode = item.Text("spec", "mtls", "mode"), IndexKeys = isWhole ? [NamespaceKey(meta.Name.Namespace)] : [] };
    }

    /// <summary>For people: <c>PeerAuthentication shop/default</c>.</summary>
    public override string ToString() => $"PeerAuthentication {Meta.Name}";
}

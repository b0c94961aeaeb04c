using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.Linkerd;

/// <summary>What is kept of a ServiceProfile: that it is there.</summary>
internal sealed record ServiceProfileObject : ICached
{
    /// <summary>The kind.</summary>
    public static readonly ObjectKind Profiles = new("linkerd.io", "v1alpha2", "serviceprofiles", "ServiceProfile");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>Reads a ServiceProfile. Its name is the fully qualified name of its Service, whose namespace is not always its own.</summary>
    public static ServiceProfileObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        return meta.Name.Name.Split('.') is [{ } service, { } ns, "svc", ..] ? new() { Meta = meta, IndexKeys = [ObjectKeys.Service(ns, service)] } : null;
    }
}

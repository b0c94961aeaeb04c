using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.GatewayApi;

/// <summary>What is kept of a BackendTLSPolicy: the Services that gateways speak TLS to because of it.</summary>
internal sealed record BackendTlsPolicyObject : ICached
{
    private const string Group = "gateway.networking.k8s.io";
    private const string Plural = "backendtlspolicies";
    private const string Kind = "BackendTLSPolicy";

    /// <summary>The versions whose <c>targetRefs</c> are a list.</summary>
    public static IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1", Plural, Kind), new(Group, "v1alpha3", Plural, Kind)];

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Its Services, which are in its own namespace.</summary>
    public EquatableArray<TlsTarget> Targets { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys { get; init; } = [];

    /// <summary>Reads a policy.</summary>
    public static BackendTlsPolicyObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        EquatableArray<TlsTarget> targets =
        [
            .. from target in item.Items("spec", "targetRefs")
               where target.Text("group") is null or "" or "core" && target.Text("kind") is "Service"
               select new TlsTarget(target.Text("name") ?? "", target.Text("sectionName")),
        ];
        return new()
        {
            Meta = meta,
            Targets = targets,
            IndexKeys = [.. targets.Select(target => ObjectKeys.Service(meta.Name.Namespace, target.Service)).Distinct(StringComparer.Ordinal)],
        };
    }
}

/// <summary>A Service of a policy.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Section">The name of the only port that is meant; null = all.</param>
internal sealed record TlsTarget(string Service, string? Section);

using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of an EndpointSlice.</summary>
internal sealed record EndpointSliceObject : ICached
{
    /// <summary>Label: the Service whose endpoints these are.</summary>
    public const string ServiceLabel = "kubernetes.io/service-name";

    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of("endpoints.conditions.ready", "endpoints.targetRef.kind", "endpoints.targetRef.name");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The Service.</summary>
    public required string Service { get; init; }

    /// <summary>Its endpoints.</summary>
    public EquatableArray<SliceEndpoint> Endpoints { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [ObjectKeys.Service(Meta.Name.Namespace, Service)];

    /// <summary>Reads an EndpointSlice; null for one of no Service.</summary>
    public static EndpointSliceObject? Project(JsonElement item)
    {
        var meta = ObjectMeta.Read(item);
        return meta.Labels.GetValueOrDefault(ServiceLabel) is not { } service ? null : new()
        {
            Meta = meta,
            Service = service,
            Endpoints = [.. item.Items("endpoints").Select(Endpoint)],
        };
    }

    private static SliceEndpoint Endpoint(JsonElement endpoint) => new(
        // Not said means ready.
        endpoint.Bool("conditions", "ready") ?? true,
        endpoint.Text("targetRef", "kind") == "Pod" ? endpoint.Text("targetRef", "name") : null);
}

/// <summary>An endpoint.</summary>
/// <param name="IsReady">It takes requests.</param>
/// <param name="Pod">The pod behind it; null when it is something else.</param>
internal readonly record struct SliceEndpoint(bool IsReady, string? Pod);

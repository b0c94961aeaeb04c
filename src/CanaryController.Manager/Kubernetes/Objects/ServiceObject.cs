using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>What is kept of a Service.</summary>
internal sealed record ServiceObject : ICached
{
    /// <summary>What <see cref="Project"/> reads.</summary>
    public static readonly KeptFields Kept = KeptFields.Of("spec.selector", "spec.ports", "spec.type", "metadata.managedFields.operation", "metadata.managedFields.manager", "metadata.managedFields.fieldsV1.f:spec.f:selector");

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>Which pods it chooses.</summary>
    public IReadOnlyDictionary<string, string> Selector { get; init; } = TextPairs.None;

    /// <summary>Its ports, in order.</summary>
    public EquatableArray<ServicePort> Ports { get; init; }

    /// <summary>It is only a name for another one.</summary>
    public bool IsExternalName { get; init; }

    /// <summary>
    /// Who owns the selector by a server-side apply, which replaces it as a whole: a key of ours would be removed again, or make that apply fail. Null when nobody does, or only we.
    /// </summary>
    public string? SelectorApplier { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => Meta.Labels.GetValueOrDefault(Marks.RolloutLabel) is { } rollout ? [ObjectKeys.Rollout(Meta.Name.Namespace, rollout)] : [];

    /// <summary>Reads a Service.</summary>
    public static ServiceObject? Project(JsonElement item)
    {
        return new()
        {
            Meta = ObjectMeta.Read(item),
            Selector = item.Pairs("spec", "selector"),
            Ports = [.. item.Items("spec", "ports").Select(ServicePort.Read)],
            IsExternalName = item.Text("spec", "type") == "ExternalName",
            SelectorApplier = Applier(item),
        };
    }

    private static string? Applier(JsonElement item) => item.Items("metadata", "managedFields")
        .Where(entry => entry.Text("operation") == "Apply" && entry.At("fieldsV1", "f:spec", "f:selector") is not null)
        .Select(entry => entry.Text("manager"))
        .FirstOrDefault(manager => manager != Marks.FieldManager);
}

/// <summary>A port of a Service.</summary>
/// <param name="Name">Its name; null when it has none.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Port">The port.</param>
/// <param name="TargetPort">The pods' port, a number or a name.</param>
/// <param name="AppProtocol"><c>appProtocol</c>; null when it has none.</param>
internal sealed record ServicePort(string? Name, string Protocol, int Port, string TargetPort, string? AppProtocol)
{
    /// <summary>Reads an item of <c>spec.ports</c>.</summary>
    public static ServicePort Read(JsonElement item)
    {
        var port = item.Int("port") ?? 0;
        return new(item.Text("name"), item.Text("protocol") ?? "TCP", port, item.Text("targetPort") ?? (item.Int("targetPort") ?? port).ToString(), item.Text("appProtocol"));
    }
}

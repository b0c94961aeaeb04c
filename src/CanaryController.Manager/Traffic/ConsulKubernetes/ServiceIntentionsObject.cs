using System.Text.Json;
using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>What is kept of a ServiceIntentions: whom it lets call its destination. Its name says nothing, and neither does its namespace where Consul has none.</summary>
internal sealed record ServiceIntentionsObject : ICached
{
    /// <summary>The kind.</summary>
    public static readonly ObjectKind Kind = new(ConsulApi.Group, ConsulApi.Version, "serviceintentions", "ServiceIntentions");

    private const string Everybody = "*";

    private static readonly string[] _places = ["peer", "partition", "samenessGroup", "namespace"];

    /// <inheritdoc/>
    public required ObjectMeta Meta { get; init; }

    /// <summary>The service that it is about; <c>*</c> = all that have none of their own.</summary>
    public required string Destination { get; init; }

    /// <summary>Consul's namespace of the destination; null where none is written, as without Consul Enterprise.</summary>
    public string? Namespace { get; init; }

    /// <summary>Its sources.</summary>
    public EquatableArray<IntentionSource> Sources { get; init; }

    /// <summary>It is about all services.</summary>
    public bool IsForAllServices => Destination == Everybody;

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [DestinationKey(Destination)];

    /// <summary>The key by which those for a service are found.</summary>
    public static string DestinationKey(string service) => $"destination:{service}";

    /// <summary>Those for all services.</summary>
    public static string AllKey => DestinationKey(Everybody);

    /// <summary>Reads a ServiceIntentions.</summary>
    public static ServiceIntentionsObject Project(JsonElement item) => new()
    {
        Meta = ObjectMeta.Read(item),
        Destination = item.Text("spec", "destination", "name") ?? "",
        Namespace = item.Text("spec", "destination", "namespace") is { Length: > 0 } ns ? ns : null,
        Sources = [.. item.Items("spec", "sources").Select(Source)],
    };

    /// <summary>It counts for a service of this namespace.</summary>
    public bool IsAbout(string ns) => Namespace is null or Everybody || Namespace == ns;

    /// <summary>For people: <c>ServiceIntentions shop/web</c>.</summary>
    public override string ToString() => $"{Kind.Kind} {Meta.Name}";

    /// <summary>A source that names a peer, a partition or a namespace is not everybody, whatever its name is.</summary>
    private static IntentionSource Source(JsonElement item) => new(
        item.Text("name") == Everybody && _places.All(member => item.Text(member) is null or "" or Everybody),
        item.Text("action") is "allow" || item.Items("permissions").Any(permission => permission.Text("action") is "allow"),
        item.Text("action") is "deny");
}

/// <summary>One source of intentions.</summary>
/// <param name="IsEverybody">It means every caller that no other source names.</param>
/// <param name="Allows">Some of its requests are let through.</param>
/// <param name="Denies">None is.</param>
internal readonly record struct IntentionSource(bool IsEverybody, bool Allows, bool Denies);

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CanaryController.Core;
using CanaryController.Resources.Persistence;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What is needed of an object's metadata.</summary>
internal sealed record ObjectMeta
{
    // As numbers where they are such, which they are on every server there is: as texts they would be a tenth of all that is kept.
    private readonly Guid _uid;
    private readonly string? _uidText;
    private readonly ulong _version;
    private readonly string? _versionText;

    /// <summary>Namespace and name.</summary>
    public required ObjectName Name { get; init; }

    /// <summary>Tells it from an earlier one of that name.</summary>
    public required string Uid
    {
        get => _uidText ?? _uid.ToString();
        init
        {
            var isNumber = Guid.TryParseExact(value, "D", out var uid) && uid.ToString() == value;
            _uid = isNumber ? uid : default;
            _uidText = isNumber ? null : value;
        }
    }

    /// <summary>Changes with each write.</summary>
    public required string ResourceVersion
    {
        get => _versionText ?? _version.ToString(CultureInfo.InvariantCulture);
        init
        {
            var isNumber = ulong.TryParse(value, CultureInfo.InvariantCulture, out var version) && version.ToString(CultureInfo.InvariantCulture) == value;
            _version = isNumber ? version : default;
            _versionText = isNumber ? null : value;
        }
    }

    /// <summary>Rises with each change of the spec; 0 for kinds without one.</summary>
    public long Generation { get; init; }

    /// <summary>When it was created, to the second.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>It is being deleted, and waits for finalizers.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>Those of its labels that are asked for anywhere: see <see cref="IsKeptLabel"/>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = TextPairs.None;

    /// <summary>Those of its annotations that are asked for anywhere: ours, those of the Deployment controller, and the circuit breaking of Linkerd.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = TextPairs.None;

    /// <summary>Finalizers.</summary>
    public EquatableArray<string> Finalizers { get; init; }

    /// <summary>All owners, in order.</summary>
    public EquatableArray<ObjectOwner> Owners { get; init; }

    /// <summary>The one that controls it; null when nobody does.</summary>
    public ObjectOwner? Controller => Owners.FirstOrDefault(owner => owner.IsController);

    /// <summary>Reads <c>metadata</c> of <paramref name="item"/>.</summary>
    public static ObjectMeta Read(JsonElement item)
    {
        var metadata = item.GetProperty("metadata");
        return new()
        {
            Name = new(Text(metadata, "namespace") ?? "", Text(metadata, "name") ?? ""),
            Uid = Text(metadata, "uid") ?? "",
            ResourceVersion = Text(metadata, "resourceVersion") ?? "",
            Generation = metadata.TryGetProperty("generation", out var generation) ? generation.GetInt64() : 0,
            CreatedAt = metadata.TryGetProperty("creationTimestamp", out var created) && created.ValueKind == JsonValueKind.String ? created.GetDateTimeOffset() : default,
            IsDeleting = metadata.TryGetProperty("deletionTimestamp", out var deleted) && deleted.ValueKind == JsonValueKind.String,
            Labels = Pairs(metadata, "labels", IsKeptLabel),
            Annotations = Pairs(metadata, "annotations", IsKeptAnnotation),
            Finalizers = metadata.TryGetProperty("finalizers", out var finalizers) ? [.. finalizers.EnumerateArray().Select(SharedText.Of)] : [],
            Owners = metadata.TryGetProperty("ownerReferences", out var owners) ? [.. owners.EnumerateArray().Select(Owner)] : [],
        };
    }

    private static ObjectOwner Owner(JsonElement owner) => new(
        Text(owner, "apiVersion") ?? "", Text(owner, "kind") ?? "", Text(owner, "name") ?? "", Text(owner, "uid") ?? "",
        owner.TryGetProperty("controller", out var controller) && controller.ValueKind == JsonValueKind.True);

    /// <summary>Ours, a template's hash, and the Service of an EndpointSlice. What people and tools label by takes memory, and nothing here depends on it.</summary>
    private static bool IsKeptLabel(ReadOnlySpan<byte> key) =>
        key.StartsWith("canarycontroller.io/"u8) || key.SequenceEqual("pod-template-hash"u8) || key.SequenceEqual("kubernetes.io/service-name"u8);

    private static bool IsKeptAnnotation(ReadOnlySpan<byte> key) =>
        key.StartsWith("canarycontroller.io/"u8) || key.StartsWith("deployment.kubernetes.io/"u8) || key.StartsWith("balancer.linkerd.io/"u8) || key.StartsWith("balancer.alpha.linkerd.io/"u8);

    private static TextPairs Pairs(JsonElement metadata, string member, Func<ReadOnlySpan<byte>, bool> isKept)
    {
        if (!metadata.TryGetProperty(member, out var all) || all.ValueKind != JsonValueKind.Object)
        {
            return TextPairs.None;
        }

        var pairs = new List<string>();
        foreach (var pair in all.EnumerateObject())
        {
            if (isKept(JsonMarshal.GetRawUtf8PropertyName(pair)))
            {
                pairs.Add(SharedText.NameOf(pair));
                pairs.Add(pair.Value.ValueKind is JsonValueKind.String ? SharedText.Of(pair.Value) : "");
            }
        }

        return TextPairs.Of(CollectionsMarshal.AsSpan(pairs));
    }

    private static string? Text(JsonElement from, string member) =>
        from.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? SharedText.Of(value) : null;
}

/// <summary>An owner reference.</summary>
/// <param name="ApiVersion">The owner's apiVersion.</param>
/// <param name="Kind">The owner's kind.</param>
/// <param name="Name">The owner's name, in the same namespace.</param>
/// <param name="Uid">The owner's uid.</param>
/// <param name="IsController">It is the controller.</param>
internal sealed record ObjectOwner(string ApiVersion, string Kind, string Name, string Uid, bool IsController);

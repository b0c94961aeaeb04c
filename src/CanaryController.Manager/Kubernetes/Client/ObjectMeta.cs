using System.Runtime.InteropServices;
using System.Text.Json;
using CanaryController.Core;
using CanaryController.Resources.Persistence;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>What is needed of an object's metadata.</summary>
internal sealed record ObjectMeta
{
    /// <summary>The members of <c>metadata</c> that are read, but for labels and annotations.</summary>
    public static readonly IReadOnlyList<string> Members =
        ["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "finalizers", "ownerReferences"];

    private readonly ObjectUid _uid;
    private readonly ObjectVersion _version;

    /// <summary>Namespace and name.</summary>
    public required ObjectName Name { get; init; }

    /// <summary>Tells it from an earlier one of that name.</summary>
    public required string Uid
    {
        get => _uid.ToString();
        init => _uid = ObjectUid.Of(value);
    }

    /// <summary>Changes with each write.</summary>
    public required string ResourceVersion
    {
        get => _version.ToString();
        init => _version = ObjectVersion.Of(value);
    }

    /// <summary>Rises with each change of the spec; 0 for kinds without one.</summary>
    public long Generation { get; init; }

    /// <summary>When it was created, to the second.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>It is being deleted, and waits for finalizers.</summary>
    public bool IsDeleting { get; init; }

    /// <summary>Those of its labels that are asked for anywhere: see <see cref="IsKeptLabel"/>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = TextPairs.None;

    /// <summary>Those of its annotations that are asked for anywhere: ours, and those of the Deployment controller.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = TextPairs.None;

    /// <summary>Finalizers.</summary>
    public EquatableArray<string> Finalizers { get; init; }

    /// <summary>All owners, in order.</summary>
    public EquatableArray<ObjectOwner> Owners { get; init; }

    /// <summary>The one that controls it; null when nobody does.</summary>
    public ObjectOwner? Controller => Owners.FirstOrDefault(owner => owner.IsController);

    private ObjectUid ReadUid { init => _uid = value; }

    private ObjectVersion ReadVersion { init => _version = value; }

    /// <summary>Reads <c>metadata</c> of <paramref name="item"/>.</summary>
    public static ObjectMeta Read(JsonElement item)
    {
        var metadata = item.GetProperty("metadata");
        return new()
        {
            Name = new(Text(metadata, "namespace") ?? "", Text(metadata, "name") ?? ""),
            Uid = "",
            ResourceVersion = "",
            ReadUid = ObjectUid.Read(metadata),
            ReadVersion = ObjectVersion.Read(metadata),
            Generation = metadata.TryGetProperty("generation", out var generation) ? generation.GetInt64() : 0,
            CreatedAt = metadata.TryGetProperty("creationTimestamp", out var created) && created.ValueKind == JsonValueKind.String ? created.GetDateTimeOffset() : default,
            IsDeleting = metadata.TryGetProperty("deletionTimestamp", out var deleted) && deleted.ValueKind == JsonValueKind.String,
            Labels = Pairs(metadata, "labels", IsKeptLabel),
            Annotations = Pairs(metadata, "annotations", IsKeptAnnotation),
            Finalizers = metadata.TryGetProperty("finalizers", out var finalizers) ? [.. finalizers.EnumerateArray().Select(SharedText.Of)] : [],
            Owners = metadata.TryGetProperty("ownerReferences", out var owners) ? [.. owners.EnumerateArray().Select(Owner)] : [],
        };
    }

    /// <summary>All labels of <paramref name="item"/>, for those kinds where people's own count.</summary>
    public static EquatableArray<KeyValuePair<string, string>> AllLabels(JsonElement item) =>
        item.GetProperty("metadata").TryGetProperty("labels", out var all) && all.ValueKind == JsonValueKind.Object
            ? [.. all.EnumerateObject().Where(pair => pair.Value.ValueKind is JsonValueKind.String).Select(pair => KeyValuePair.Create(SharedText.NameOf(pair), SharedText.Of(pair.Value)))]
            : [];

    private static ObjectOwner Owner(JsonElement owner) => new(
        Text(owner, "apiVersion") ?? "", Text(owner, "kind") ?? "", Text(owner, "name") ?? "", ObjectUid.Read(owner),
        owner.TryGetProperty("controller", out var controller) && controller.ValueKind == JsonValueKind.True);

    /// <summary>Ours, a template's hash, and the Service of an EndpointSlice. What people and tools label by takes memory, and nothing here depends on it.</summary>
    internal static bool IsKeptLabel(ReadOnlySpan<byte> key) =>
        key.StartsWith("canarycontroller.io/"u8) || key.SequenceEqual("pod-template-hash"u8) || key.SequenceEqual("kubernetes.io/service-name"u8);

    /// <summary>Ours, the Deployment controller's, how Linkerd breaks circuits, and what Contour reads from a Service.</summary>
    internal static bool IsKeptAnnotation(ReadOnlySpan<byte> key) =>
        key.StartsWith("canarycontroller.io/"u8) || key.StartsWith("deployment.kubernetes.io/"u8)
        || key.StartsWith("balancer.linkerd.io/"u8) || key.StartsWith("balancer.alpha.linkerd.io/"u8)
        || key.StartsWith("projectcontour.io/"u8);

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
/// <param name="Id">The owner's uid.</param>
/// <param name="IsController">It is the controller.</param>
internal sealed record ObjectOwner(string ApiVersion, string Kind, string Name, ObjectUid Id, bool IsController)
{
    /// <summary>With a uid as text.</summary>
    public ObjectOwner(string apiVersion, string kind, string name, string uid, bool isController)
        : this(apiVersion, kind, name, ObjectUid.Of(uid), isController)
    {
    }

    /// <summary>The owner's uid.</summary>
    public string Uid => Id.ToString();
}

using CanaryController.ApiServerStub.Fields;
using CanaryController.ApiServerStub.Kinds;
using CanaryController.ApiServerStub.Schemas;

namespace CanaryController.ApiServerStub.Api;

/// <summary>When <c>metadata.generation</c> rises.</summary>
internal enum GenerationRule
{
    /// <summary>The kind has none.</summary>
    None,

    /// <summary>When <c>spec</c> changes.</summary>
    Spec,

    /// <summary>When <c>spec</c> or the annotations change, as for Deployments.</summary>
    SpecOrAnnotations,

    /// <summary>When anything but metadata and the status subresource changes.</summary>
    Content,
}

/// <summary>One version of a resource.</summary>
internal sealed record ResourceVersion(string Name, Schema Schema, bool Served, bool HasStatus, bool HasScale);

/// <summary>A resource that is served.</summary>
internal sealed record ResourceType
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public string ListKind => ListKindName ?? Kind + "List";

    public string? ListKindName { get; init; }

    public required bool Namespaced { get; init; }

    /// <summary>In the order of preference.</summary>
    public required IReadOnlyList<ResourceVersion> Versions { get; init; }

    public required string StorageVersion { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public GenerationRule Generation { get; init; }

    /// <summary>Whether a PUT without a resourceVersion is accepted.</summary>
    public bool UnconditionalUpdate { get; init; }

    /// <summary>Whether a PUT creates what is not there.</summary>
    public bool CreateOnUpdate { get; init; }

    public bool IsCustom { get; init; }

    public KindRules Rules { get; init; } = new();

    /// <summary>The resource whose objects this one shows in other words; null = it has its own.</summary>
    public string? AliasOf { get; init; }

    /// <summary>As in <see cref="Storage.IObjectStore"/>.</summary>
    public string Key => $"{(Group == "" ? "core" : Group)}/{Plural}";

    /// <summary>As messages name it, like <c>deployments.apps</c>.</summary>
    public string GroupResource => Group == "" ? Plural : $"{Plural}.{Group}";

    public string ApiVersion(string version) => Group == "" ? version : $"{Group}/{version}";

    public ResourceVersion? Version(string name) => Versions.FirstOrDefault(version => version.Name == name);

    public ResourceVersion Stored => Version(StorageVersion)!;

    /// <summary>The fields that a write of this kind leaves alone, and so never owns.</summary>
    public FieldSet Ignored(ResourceVersion version, string? subresource)
    {
        var set = new FieldSet();
        if (subresource == "status")
        {
            if (IsCustom)
            {
                set.Insert(["f:metadata"]);
            }

            set.Insert(["f:spec"]);
        }
        else if (version.HasStatus)
        {
            set.Insert(["f:status"]);
        }

        return set;
    }
}

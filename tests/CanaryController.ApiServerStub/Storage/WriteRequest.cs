using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>What a write is about, and by whom.</summary>
internal sealed record WriteRequest
{
    public required ResourceType Type { get; init; }

    public required ResourceVersion Version { get; init; }

    /// <summary>Empty for what has no namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Empty for a create.</summary>
    public string Name { get; init; } = "";

    public string? Subresource { get; init; }

    /// <summary>Who owns what is written: fieldManager, or the first part of the user agent.</summary>
    public string Manager { get; init; } = "unknown";

    public bool DryRun { get; init; }

    /// <summary>Ignore, Warn or Strict.</summary>
    public string FieldValidation { get; init; } = "Ignore";

    /// <summary>Who asks.</summary>
    public StubUser User { get; init; } = StubUser.Admin.Complete();

    /// <summary>The options of the request as webhooks are told them: fieldManager, dryRun and others.</summary>
    public JsonObject Options { get; init; } = [];

    /// <summary>Told to the client as Warning headers, also when the write is refused.</summary>
    public List<string> Warnings { get; init; } = [];

    public string ApiVersion => Type.ApiVersion(Version.Name);

    /// <summary>The resource under which the objects are kept.</summary>
    public string StorageKey => Type.AliasOf ?? Type.Key;
}

/// <summary>What a DELETE asks for.</summary>
internal sealed record DeleteRequest
{
    /// <summary>Background, Foreground or Orphan; null = what the object says.</summary>
    public string? Propagation { get; init; }

    public long? GraceSeconds { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public bool DryRun { get; init; }

    /// <summary>The options as webhooks are told them.</summary>
    public JsonObject Told { get; init; } = [];

    /// <summary>Whether it is one of several objects that the request does not name.</summary>
    public bool IsOfSeveral { get; init; }
}

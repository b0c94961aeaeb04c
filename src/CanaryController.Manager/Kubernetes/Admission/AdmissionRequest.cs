using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>What the API server asks about (admission.k8s.io/v1, AdmissionReview.request).</summary>
internal sealed record AdmissionRequest
{
    /// <summary>The request's own id, which the answer repeats.</summary>
    public required string Uid { get; init; }

    /// <summary>The object's group and kind, as the webhook's rules ask for them.</summary>
    public required string Group { get; init; }

    /// <summary>See <see cref="Group"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>What is done to it.</summary>
    public required AdmissionOperation Operation { get; init; }

    /// <summary>The object's namespace and name; the name is empty when the server makes it from generateName.</summary>
    public required ObjectName Name { get; init; }

    /// <summary>The object as it will be stored, defaults filled in; undefined for DELETE.</summary>
    public JsonElement Object { get; init; }

    /// <summary>The object as it is; undefined for CREATE.</summary>
    public JsonElement OldObject { get; init; }

    /// <summary>Who asks.</summary>
    public required AdmissionUser User { get; init; }

    /// <summary>Nothing will be stored.</summary>
    public bool IsDryRun { get; init; }
}

/// <summary>What is done to an object.</summary>
internal enum AdmissionOperation
{
    /// <summary>It is new.</summary>
    Create,

    /// <summary>It changes, by whatever kind of patch.</summary>
    Update,

    /// <summary>It goes.</summary>
    Delete,
}

/// <summary>Who asks, as the API server authenticated them.</summary>
/// <param name="Name">The user name, like <c>alice@example.com</c> or <c>system:serviceaccount:ns:name</c>.</param>
/// <param name="Uid">The authenticator's id of the user; may be empty.</param>
/// <param name="Groups">The user's groups.</param>
internal sealed record AdmissionUser(string Name, string Uid, IReadOnlyList<string> Groups);

using System.Text.Json.Nodes;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// Single requests to the API server. Nothing is retried here, because whoever asked has to look again first: a conflict restarts the whole loop, and what is
/// transient is the work queue's. It never throws for what the server says or fails to say, only when it is cancelled.
/// </summary>
internal interface IKubeApi
{
    /// <summary>Reads one object.</summary>
    Task<KubeAnswer> GetAsync(ObjectKind kind, ObjectName name, CancellationToken cancellation);

    /// <summary>Creates <paramref name="body"/>, which carries apiVersion, kind and metadata; <paramref name="ns"/> is empty for kinds without.</summary>
    Task<KubeAnswer> CreateAsync(ObjectKind kind, string ns, JsonObject body, CancellationToken cancellation);

    /// <summary>Changes one object, or its <paramref name="subresource"/> (<c>status</c>), all of the patch or nothing.</summary>
    Task<KubeAnswer> PatchAsync(ObjectKind kind, ObjectName name, JsonPatch patch, CancellationToken cancellation, string? subresource = null);

    /// <summary>Deletes one object in the background, on condition that it is still the one of this uid (and, when given, of this resourceVersion).</summary>
    Task<KubeAnswer> DeleteAsync(ObjectKind kind, ObjectName name, string uid, CancellationToken cancellation, string? resourceVersion = null);
}

/// <summary>What a request came to.</summary>
/// <param name="Outcome">Done, or why not.</param>
/// <param name="Body">The object as it is now; null unless done.</param>
/// <param name="Problem">What is wrong, in one sentence with the server's words; null when done.</param>
internal sealed record KubeAnswer(KubeOutcome Outcome, JsonObject? Body, string? Problem)
{
    /// <summary>It was done.</summary>
    public bool IsDone => Outcome is KubeOutcome.Done;
}

/// <summary>What a request came to.</summary>
internal enum KubeOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>There is no such object (404). After a delete or for something that is to go this is as good as done.</summary>
    NotFound,

    /// <summary>Somebody else wrote in between (409 Conflict): read again, decide again.</summary>
    Conflict,

    /// <summary>The name is taken (409 AlreadyExists).</summary>
    AlreadyExists,

    /// <summary>The server refuses the content (400, 422), a failed JSON Patch test among it: read again before judging.</summary>
    Invalid,

    /// <summary>Not allowed (401, 403).</summary>
    Forbidden,

    /// <summary>The namespace is being deleted (403 with the cause NamespaceTerminating): nothing can be created there any more.</summary>
    NamespaceTerminating,

    /// <summary>No answer, or 429 or 5xx: the same may succeed later. The request may have been carried out all the same.</summary>
    Unavailable,
}

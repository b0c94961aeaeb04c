namespace CanaryController.Manager.Api;

/// <summary>Why a caller is not let in.</summary>
/// <param name="Kind">The kind of it.</param>
/// <param name="Detail">What is wrong and what to do, in a sentence for the caller; never a token.</param>
/// <param name="RetryAfter">When to try again; for those kinds where that helps.</param>
internal sealed record AccessRefusal(AccessRefusalKind Kind, string Detail, TimeSpan RetryAfter = default);

/// <summary>Why a caller is not let in.</summary>
internal enum AccessRefusalKind
{
    /// <summary>Nobody knows who calls: 401.</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not: 403.</summary>
    Forbidden,

    /// <summary>Too many ask what has to be looked up: 429. Asking again later helps.</summary>
    Throttled,

    /// <summary>Whoever knows the answer cannot be asked now: 503. Asking again later helps.</summary>
    Unavailable,
}

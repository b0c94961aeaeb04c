namespace CanaryController.Manager.Api;

/// <summary>Knows callers by their tokens. There may be several; each answers for its own tokens.</summary>
internal interface IApiAuthority
{
    /// <summary>Whose token this is.</summary>
    /// <param name="token">1 to <see cref="ApiAccess.MaxTokenChars"/> visible ASCII characters. It is not kept and not logged.</param>
    /// <param name="cancellation">The caller is gone.</param>
    ValueTask<Identification> IdentifyAsync(string token, CancellationToken cancellation);
}

/// <summary>Who calls, or why that is not known; never both.</summary>
/// <param name="Caller">Who calls; null when it is not known.</param>
/// <param name="Refusal">What the caller is told; null when it is known, or when the token is none of this authority's.</param>
internal readonly record struct Identification(ApiCaller? Caller, AccessRefusal? Refusal)
{
    /// <summary>The token is none of this authority's.</summary>
    public static readonly Identification Unknown;
}

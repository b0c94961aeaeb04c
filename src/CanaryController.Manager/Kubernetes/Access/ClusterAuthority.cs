using CanaryController.Core.Approvals;
using CanaryController.Manager.Api;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>Knows the tokens that the cluster knows, service accounts' and people's, by TokenReview; RBAC says by SubjectAccessReview what their holders may do.</summary>
internal sealed class ClusterAuthority(KubernetesTokenOptions options, Reviewer<ClusterIdentity> tokens, ClusterPermissions permissions, CacheKeys keys, TimeProvider time) : IApiAuthority
{
    /// <inheritdoc/>
    public async ValueTask<Identification> IdentifyAsync(string token, CancellationToken cancellation)
    {
        var question = new ReviewQuestion<ClusterIdentity>(
            keys.Of(token), () => TokenReviews.Question(token, options.Audiences), review => TokenReviews.Answer(review, options.Audiences), () => LifeOf(token));
        var review = await tokens.AskAsync(question, cancellation);
        return review.Value is { } identity
            ? new(new ClusterCaller(identity, permissions), null)
            : new(null, review.Refusal ?? new(
                AccessRefusalKind.Unauthenticated, $"This token does not count: it may have ended, or be for another audience. Send {options.KnownTokens} in Authorization: Bearer TOKEN."));
    }

    /// <summary>A token does not count longer than it says itself.</summary>
    private TimeSpan LifeOf(string token) =>
        TokenExpiry.Of(token) - time.GetUtcNow() is { } left && left < options.CacheFor ? left : options.CacheFor;
}

/// <summary>A caller that the cluster knows.</summary>
internal sealed class ClusterCaller(ClusterIdentity identity, ClusterPermissions permissions) : ApiCaller(identity.Name, new(ApproverSource.Kubernetes, identity.Name) { Groups = [.. identity.Groups] })
{
    /// <inheritdoc/>
    public override ValueTask<AccessRefusal?> CheckAsync(ApiAct act, CancellationToken cancellation) => permissions.CheckAsync(identity, ResourceAct.Of(act), cancellation);
}

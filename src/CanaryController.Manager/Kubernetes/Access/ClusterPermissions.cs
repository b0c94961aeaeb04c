using CanaryController.Manager.Api;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>Asks RBAC, or whatever authorizes in the cluster, what somebody may do.</summary>
internal sealed class ClusterPermissions(KubernetesTokenOptions options, Reviewer<Allowed> reviews, CacheKeys keys)
{
    /// <summary>Null when <paramref name="who"/> may do it, else why not.</summary>
    public async ValueTask<AccessRefusal?> CheckAsync(ClusterIdentity who, ResourceAct act, CancellationToken cancellation)
    {
        var exact = Question(who, act);
        if (act.Name is null || reviews.Knows(exact.Key))
        {
            return Conclude(who, act, await reviews.AskAsync(exact, cancellation));
        }

        // Most may do it with every rollout of the namespace: one question then serves them all. Few have a Role that names rollouts.
        var any = await reviews.AskAsync(Question(who, act with { Name = null }), cancellation);
        return any is { Value: null, Refusal: null } ? Conclude(who, act, await reviews.AskAsync(exact, cancellation)) : Conclude(who, act, any);
    }

    private static AccessRefusal? Conclude(ClusterIdentity who, ResourceAct act, Review<Allowed> review)
    {
        if (review.Value is not null)
        {
            return null;
        }

        var role = act.Namespace is null ? "a ClusterRole with a ClusterRoleBinding" : "a Role with a RoleBinding";
        return review.Refusal ?? new(AccessRefusalKind.Forbidden, $"{who.Name} may not {act}; it needs {role} that allows this.");
    }

    private ReviewQuestion<Allowed> Question(ClusterIdentity who, ResourceAct act)
    {
        var question = AccessReviews.Question(who, act);
        return new(keys.Of(question.ToJsonString()), () => question, review => AccessReviews.IsAllowed(review) ? Allowed.Instance : null, () => options.CacheFor);
    }
}

/// <summary>That something is allowed.</summary>
internal sealed class Allowed
{
    public static readonly Allowed Instance = new();
}

using CanaryController.Core.Approvals;

namespace CanaryController.Manager.Api;

/// <summary>Who calls. Whoever knows a caller by its token knows what that one may do.</summary>
/// <param name="actor">The name in the audit trail.</param>
/// <param name="identity">Who the token says it is.</param>
internal abstract class ApiCaller(string actor, ApproverIdentity identity)
{
    /// <summary>The name in the audit trail.</summary>
    public string Actor { get; } = actor;

    /// <summary>Who it is, as whoever knows the token vouches for.</summary>
    public ApproverIdentity Identity { get; } = identity;

    /// <summary>Whether the caller may do something: null when it may, else why not.</summary>
    public abstract ValueTask<AccessRefusal?> CheckAsync(ApiAct act, CancellationToken cancellation);
}

/// <summary>A caller with roles: the holder of a configured token, or a local user where none is asked for.</summary>
internal sealed class RoleCaller(string actor, ApiRoles roles) : ApiCaller(actor, new(ApproverSource.Token, actor))
{
    /// <inheritdoc/>
    public override ValueTask<AccessRefusal?> CheckAsync(ApiAct act, CancellationToken cancellation) => ValueTask.FromResult(Check(act));

    private AccessRefusal? Check(ApiAct act)
    {
        var (role, what) = act.Verb switch
        {
            ApiVerb.List or ApiVerb.Get or ApiVerb.Watch => (ApiRoles.View, "read"),
            ApiVerb.Operate => (ApiRoles.Operate, "give this command"),
            ApiVerb.Approve => (ApiRoles.Approve, "approve or reject"),
            ApiVerb.BreakGlass => (ApiRoles.BreakGlass, "break the glass"),
            ApiVerb.Freeze => (ApiRoles.Operate, "make a freeze"),
            ApiVerb.EndFreeze => (ApiRoles.BreakGlass, "end a freeze"),
        };
        return roles.HasFlag(role) ? null : new(AccessRefusalKind.Forbidden, $"{Actor} may not {what}; it needs the role {role.ToString().ToLowerInvariant()}.");
    }
}

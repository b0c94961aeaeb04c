using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>What somebody wants to do, in the words of RBAC.</summary>
/// <param name="Verb">Like <c>get</c>.</param>
/// <param name="Kind">Objects of which kind.</param>
/// <param name="Namespace">Where; null = in all namespaces.</param>
/// <param name="Name">The object; null = any.</param>
internal readonly record struct ResourceAct(string Verb, ObjectKind Kind, string? Namespace, string? Name)
{
    /// <summary>The verb on Rollouts that lets somebody break the glass: it is in no request to the API server, only in Roles.</summary>
    public const string BreakGlassVerb = "break-glass";

    /// <summary>
    /// Reading takes the verb of the same name on Rollouts. Every command takes what it takes to send it as an object: create on RolloutCommands, and on Approvals to approve or
    /// reject, which RBAC cannot narrow to a name. A freeze takes what it takes to write the FreezeWindow.
    /// </summary>
    public static ResourceAct Of(ApiAct act) => act.Verb switch
    {
        ApiVerb.List => new("list", ObjectKind.Rollout, act.Namespace, act.Name),
        ApiVerb.Get => new("get", ObjectKind.Rollout, act.Namespace, act.Name),
        ApiVerb.Watch => new("watch", ObjectKind.Rollout, act.Namespace, act.Name),
        ApiVerb.BreakGlass => new(BreakGlassVerb, ObjectKind.Rollout, act.Namespace, act.Name),
        ApiVerb.Operate => new("create", ObjectKind.RolloutCommand, act.Namespace, null),
        ApiVerb.Approve => new("create", ObjectKind.Approval, act.Namespace, null),
        ApiVerb.Freeze => new("create", ObjectKind.FreezeWindow, act.Namespace, null),
        ApiVerb.EndFreeze => new("delete", ObjectKind.FreezeWindow, act.Namespace, act.Name),
    };

    /// <summary>For people: <c>create rolloutcommands.canarycontroller.io in the namespace shop</c>.</summary>
    public override string ToString() => $"{Verb} {Kind.Plural}.{Kind.Group} {(Namespace is null ? "in all namespaces" : $"in the namespace {Namespace}")}";
}

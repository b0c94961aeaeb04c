using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.GatewayApi;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.Linkerd;

/// <summary>
/// The HTTPRoute of Linkerd's own group, which is built as the Gateway API's. Its older versions are left out: they drop <c>backendRefs</c> when they are written.
/// </summary>
internal sealed class PolicyHttpRouteKind : GatewayRouteKind
{
    private const string Group = "policy.linkerd.io";

    /// <inheritdoc/>
    public override IReadOnlyList<ObjectKind> Versions { get; } = [new(Group, "v1beta3", "httproutes", "HTTPRoute"), new(Group, "v1beta2", "httproutes", "HTTPRoute")];

    /// <inheritdoc/>
    public override string Name => RouteLists.PolicyHttpRoute;
}

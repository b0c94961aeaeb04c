using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>Registers what Istio needs beside its VirtualServices.</summary>
internal static class IstioRegistration
{
    /// <summary>Adds the watches of DestinationRules and PeerAuthentications, and the companion over them.</summary>
    public static IServiceCollection AddIstio(this IServiceCollection services) => services
        .AddInformer<DestinationRuleObject>(IstioApi.DestinationRule, DestinationRuleObject.Project)
        .AddInformer<PeerAuthenticationObject>(IstioApi.PeerAuthentication, PeerAuthenticationObject.Project)
        .AddBesideWatch<PeerAuthenticationObject>((waker, each) => waker.UnderWay(RouterType.Istio, each.Meta.Name.Namespace is PeerAuthenticationObject.RootNamespace ? null : each.Meta.Name.Namespace))
        .AddSingleton<DestinationRules>()
        .AddSingleton<SubsetKeeper>()
        .AddSingleton<RouteCompanion, IstioCompanion>();
}

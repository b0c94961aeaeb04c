using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.IngressNginx;

namespace CanaryController.Manager.Tests.Traffic.IngressNginx;

/// <summary>What goes when a rollout leaves, and what stays.</summary>
public sealed class IngressNginxLeavingTests
{
    [Fact]
    public async Task Leaving_deletes_ours_and_nothing_else()
    {
        var rig = IngressRig.Ready();
        rig.Add("other-canary");
        rig.Kube.Put(ObjectKind.Ingress, IngressRig.Copied("copy-canary"));
        await rig.ApplyAsync(0);
        await rig.ApplyAsync(0);
        await rig.Kube.DeleteAsync(ObjectKind.Ingress, new("shop", "web"), "", CancellationToken.None);

        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
        Assert.Equal((false, true, true), (rig.Kube.Has(ObjectKind.Ingress, "web-canary"), rig.Kube.Has(ObjectKind.Ingress, "other-canary"), rig.Kube.Has(ObjectKind.Ingress, "copy-canary")));
        Assert.Null(await rig.Router.RestoreAsync(rig.Target, "v1", CancellationToken.None));
    }

    [Fact]
    public async Task Without_the_router_in_the_configuration_nothing_is_known_and_nothing_counts_as_given_back()
    {
        var rig = IngressRig.Ready();
        var router = new IngressNginxRouter(new(rig.Kube), rig.Kube.Cache(ObjectKind.Service, ServiceObject.Project), new(rig.Time), rig.Kube);
        Assert.Contains("add IngressNginx to kubernetes.routers", (await router.ReadAsync(rig.Target, "v1", "v2", default)).Route.Problem, StringComparison.Ordinal);
        Assert.Contains("add IngressNginx to kubernetes.routers", await router.RestoreAsync(rig.Target, "v1", default), StringComparison.Ordinal);
    }
}

using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Workloads;

namespace CanaryController.Manager.Tests.Workloads;

public sealed class CarriedAnnotationTests
{
    private const string Mode = "balancer.linkerd.io/failure-accrual";
    private const string Alpha = "balancer.alpha.linkerd.io/failure-accrual-success-rate";

    [Fact]
    public void Circuit_breaking_of_the_apex_comes_to_the_Services_beside_it_and_goes_with_it()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        Annotate(run, "checkout", (Mode, "consecutive"), (Alpha, "0.9"), ("deployment.kubernetes.io/x", "no"));
        run.Settle();
        Assert.All(Beside, name => Assert.Equal(("consecutive", "0.9", null), Carried(run, name)));
        Assert.Empty(run.Left());

        Annotate(run, "checkout", (Mode, "unified"), (Alpha, null));
        run.Settle();
        Assert.All(Beside, name => Assert.Equal(("unified", null, null), Carried(run, name)));

        Annotate(run, "checkout", (Mode, null));
        run.Settle();
        Assert.All(Beside, name => Assert.DoesNotContain(run.Cluster.Services[name].Meta.Annotations.Keys, key => key.Contains("carried", StringComparison.Ordinal) || key == Mode));
        Assert.Empty(run.Left());
    }

    [Fact]
    public void What_somebody_writes_into_the_canarys_Service_alone_stays()
    {
        var run = new WorkloadRun(ClusterModel.With(4)).Adopted();
        Annotate(run, "checkout-canary", (Mode, "consecutive"));
        run.Settle();
        Assert.Equal("consecutive", run.Cluster.Services["checkout-canary"].Meta.Annotations[Mode]);
        Assert.Empty(run.Left());
    }

    [Fact]
    public void What_Contour_reads_from_a_Service_is_kept_of_it_and_carried()
    {
        const string Protocol = "projectcontour.io/upstream-protocol.h2c";
        Assert.True(ObjectMeta.IsKeptAnnotation(System.Text.Encoding.UTF8.GetBytes(Protocol)));
        Assert.Equal<Annotation>([new(Protocol, "80"), new(WorkloadMarks.Carried, Protocol)], CarriedAnnotations.Changes(Meta((Protocol, "80")), null));
    }

    [Fact]
    public void A_Service_that_is_made_has_them_from_the_beginning()
    {
        var apex = Meta((Mode, "consecutive"), ("canarycontroller.io/pinned", "shop"));
        Assert.Equal<Annotation>([new(Mode, "consecutive"), new(WorkloadMarks.Carried, Mode)], CarriedAnnotations.Changes(apex, null));
    }

    [Fact]
    public void A_note_that_names_other_keys_takes_nothing_away()
    {
        var own = Meta((WorkloadMarks.Carried, "canarycontroller.io/switched-at"), ("canarycontroller.io/switched-at", "2026-01-01T00:00:00Z"));
        Assert.Equal<Annotation>([new(WorkloadMarks.Carried, null)], CarriedAnnotations.Changes(Meta(), own));
    }

    private static string[] Beside => ["checkout-stable", "checkout-canary"];

    private static (string?, string?, string?) Carried(WorkloadRun run, string service)
    {
        var annotations = run.Cluster.Services[service].Meta.Annotations;
        return (annotations.GetValueOrDefault(Mode), annotations.GetValueOrDefault(Alpha), annotations.GetValueOrDefault("deployment.kubernetes.io/x"));
    }

    private static void Annotate(WorkloadRun run, string name, params (string Key, string? Value)[] pairs)
    {
        var service = run.Cluster.Services[name];
        var annotations = new Dictionary<string, string>(service.Meta.Annotations, StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            annotations.Remove(key);
            if (value is not null)
            {
                annotations[key] = value;
            }
        }

        run.Cluster.Services[name] = service with { Meta = service.Meta with { Annotations = annotations, ResourceVersion = Guid.NewGuid().ToString() } };
    }

    private static ObjectMeta Meta(params (string Key, string Value)[] pairs) => new()
    {
        Name = new("shop", "checkout"), Uid = "u1", ResourceVersion = "1", Annotations = pairs.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal),
    };
}

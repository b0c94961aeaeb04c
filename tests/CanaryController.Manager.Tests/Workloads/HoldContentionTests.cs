using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Workloads;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>A Deployment that is held is resumed by others.</summary>
public sealed class HoldContentionTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HoldContention _contention;

    public HoldContentionTests() => _contention = new(_time);

    [Fact]
    public void It_is_told_from_the_third_time_on_and_however_long_one_time_lasts()
    {
        for (var times = 1; times <= Contentions.Limit; times++)
        {
            Assert.Null(Look(paused: true));
            var told = Look(paused: false);
            Assert.Equal(told, Look(paused: false));
            Assert.Equal(times == Contentions.Limit, told is not null);
        }

        Assert.Contains("resumed by others 3 times within 10 minutes", Look(paused: true), StringComparison.Ordinal);
        _time.Advance(Contentions.Window);
        Assert.Null(Look(paused: true));
    }

    [Fact]
    public void Now_and_then_is_no_contention()
    {
        for (var times = 0; times < 10; times++)
        {
            Look(paused: false);
            Look(paused: true);
            _time.Advance(Contentions.Window / 2);
            Assert.Null(Look(paused: true));
        }
    }

    [Fact]
    public void A_Deployment_that_is_not_held_may_be_resumed_as_often_as_people_like()
    {
        for (var times = 0; times < 10; times++)
        {
            Assert.Null(Look(paused: false, held: false));
            Assert.Null(Look(paused: true, held: false));
        }
    }

    private string? Look(bool paused, bool held = true)
    {
        var model = ClusterModel.With(4);
        var marks = new Dictionary<string, string>();
        if (held)
        {
            marks[WorkloadMarks.Held] = "checkout";
        }

        return _contention.Look(model.Snapshot() with { Deployment = model.Deployment! with { IsPaused = paused, Meta = model.Deployment.Meta with { Annotations = marks } } });
    }
}

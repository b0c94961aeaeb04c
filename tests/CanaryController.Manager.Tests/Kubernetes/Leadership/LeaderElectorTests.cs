using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Leadership;
using CanaryController.Manager.Tests.Kubernetes.Client;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes.Leadership;

public sealed class LeaderElectorTests
{
    private readonly FakeLeases _leases = new();
    private readonly FakeTimeProvider _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RecordingLog _log = new();

    [Fact]
    public async Task Who_finds_no_lease_makes_one_and_leads()
    {
        await using var a = Start("a");
        await PassAsync(TimeSpan.Zero);
        Assert.Equal((true, "a-1", "a", 1), (a.Elector.IsLeader, a.Elector.Token, _leases.Holder, _leases.Term));
        await a.Elector.WhenLeaderAsync(TestContext.Current.CancellationToken);

        await PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal((true, "a-1", 1), (a.Elector.IsLeader, a.Elector.Token, _leases.Term));
        Assert.Equal(["leads"], a.Changes);
    }

    [Fact]
    public async Task A_standby_knows_where_the_leaders_API_is_as_long_as_that_one_leads()
    {
        await using var a = Start("a", address: "http://10.0.0.1:7070");
        await PassAsync(TimeSpan.FromSeconds(1));
        await using var b = Start("b", address: "http://10.0.0.2:7070");
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((null, new Uri("http://10.0.0.1:7070")), (a.Elector.LeaderAddress, b.Elector.LeaderAddress));

        a.Api.IsCut = true;
        await PassAsync(TimeSpan.FromSeconds(30));
        a.Api.IsCut = false;
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((new Uri("http://10.0.0.2:7070"), null), (a.Elector.LeaderAddress, b.Elector.LeaderAddress));

        _leases.Write("c", 9);
        await PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((null, null), (a.Elector.LeaderAddress, b.Elector.LeaderAddress));
    }

    [Fact]
    public async Task Two_never_lead_at_once_and_the_next_follows_a_silent_one_after_the_leases_duration()
    {
        await using var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        await using var b = Start("b");
        await PassAsync(TimeSpan.FromSeconds(60), () => Assert.False(b.Elector.IsLeader));

        a.Api.IsCut = true;
        var (gaveUp, took) = (TimeSpan.Zero, TimeSpan.Zero);
        var passed = TimeSpan.Zero;
        await PassAsync(TimeSpan.FromSeconds(30), () =>
        {
            passed += Step;
            Assert.False(a.Elector.IsLeader && b.Elector.IsLeader);
            gaveUp = a.Elector.IsLeader ? passed : gaveUp;
            took = b.Elector.IsLeader ? took : passed;
        });

        Assert.InRange(gaveUp.TotalSeconds, 7.5, 10.1);
        Assert.InRange(took.TotalSeconds, 12, 18);
        Assert.Equal(("b-2", 2), (b.Elector.Token, _leases.Term));
        Assert.Equal(["leads", "stands by"], a.Changes);
    }

    [Fact]
    public async Task A_leader_whose_requests_hang_stops_to_lead_at_its_deadline()
    {
        await using var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        a.Api.Hangs = true;
        await PassAsync(TimeSpan.FromSeconds(10.1));
        Assert.False(a.Elector.IsLeader);

        // The request is cancelled on the thread pool, whenever that comes to it, and the elector rests a moment of the clock after it.
        for (var round = 0; round < 20_000 && a.Changes.Count < 2; round++)
        {
            await PassAsync(TimeSpan.FromMilliseconds(1));
        }

        Assert.DoesNotContain(_log.Lines, line => line.StartsWith("5105 ", StringComparison.Ordinal));
        Assert.Equal(["leads", "stands by"], a.Changes);

        a.Api.Hangs = false;
        await PassAsync(TimeSpan.FromSeconds(13));
        for (var round = 0; round < 20_000 && !a.Elector.IsLeader; round++)
        {
            await PassAsync(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal((true, "a-2"), (a.Elector.IsLeader, a.Elector.Token));
    }

    [Fact]
    public async Task A_connection_that_fails_for_a_while_ends_nothing()
    {
        await using var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        for (var time = 0; time < 5; time++)
        {
            a.Api.IsCut = true;
            await PassAsync(TimeSpan.FromSeconds(5), () => Assert.True(a.Elector.IsLeader));
            a.Api.IsCut = false;
            await PassAsync(TimeSpan.FromSeconds(4), () => Assert.True(a.Elector.IsLeader));
        }

        Assert.Equal("a-1", a.Elector.Token);
        Assert.Null(a.Elector.Problem);
    }

    [Fact]
    public async Task A_renewal_without_an_answer_is_recognized_as_our_own()
    {
        await using var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        a.Api.LosesNextAnswer = true;
        await PassAsync(TimeSpan.FromSeconds(30), () => Assert.True(a.Elector.IsLeader));
        Assert.Equal("a-1", a.Elector.Token);
    }

    [Fact]
    public async Task A_take_over_without_an_answer_is_taken_again_with_the_next_term()
    {
        _leases.Write("", 6);
        await using var a = Start("a", view => view.LosesNextAnswer = true);
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal((true, "a-8"), (a.Elector.IsLeader, a.Elector.Token));
    }

    [Fact]
    public async Task The_times_in_the_lease_decide_nothing()
    {
        _leases.Write("other", 6);
        await using var a = Start("a");
        for (var renewal = 0; renewal < 10; renewal++)
        {
            // As old as ever, but it changes.
            await PassAsync(TimeSpan.FromSeconds(10), () => Assert.False(a.Elector.IsLeader));
            _leases.Write("other", 6);
        }

        await PassAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("a-7", a.Elector.Token);
    }

    [Fact]
    public async Task A_lease_that_is_given_back_is_taken_within_a_second()
    {
        var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        await using var b = Start("b");
        await PassAsync(TimeSpan.FromSeconds(5));
        var waiting = b.Elector.WhenLeaderAsync(TestContext.Current.CancellationToken);

        await a.DisposeAsync();
        Assert.Equal(("", 1, false), (_leases.Holder, _leases.Term, a.Elector.IsLeader));
        Assert.Equal(["leads", "stands by"], a.Changes);
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("b-2", b.Elector.Token);
        await waiting;
    }

    [Fact]
    public async Task A_restarted_container_goes_on_at_once_in_a_new_term()
    {
        _leases.Write("pod-1", 4);
        await using var a = Start("pod-1");
        await PassAsync(TimeSpan.Zero);
        Assert.Equal((true, "pod-1-5"), (a.Elector.IsLeader, a.Elector.Token));
    }

    [Fact]
    public async Task Who_finds_the_lease_in_other_hands_stops_at_once()
    {
        await using var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        _leases.Write("other", 9);
        await PassAsync(TimeSpan.FromSeconds(2.1));
        Assert.False(a.Elector.IsLeader);
        Assert.Contains(_log.Lines, line => line.EndsWith("the lease is other's, term 9.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_lease_is_made_again_with_a_higher_term()
    {
        _leases.Write("", 4);
        await using var a = Start("a");
        await PassAsync(TimeSpan.FromSeconds(1));
        _leases.Delete();
        await PassAsync(TimeSpan.FromSeconds(4.1));
        Assert.Equal((true, "a-6"), (a.Elector.IsLeader, a.Elector.Token));
        Assert.Equal(["leads", "stands by", "leads"], a.Changes);
    }

    [Theory]
    [InlineData("Canary.Manager-0", "host", "canary-manager-0")]
    [InlineData(null, "Build_Host.local", "build-host-local-[a-z0-9]{6}")]
    [InlineData(null, "___", "canary-manager-[a-z0-9]{6}")]
    [InlineData(null, "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "h{56}-[a-z0-9]{6}")]
    public void A_holder_has_a_name_that_fits_everywhere(string? pod, string host, string expected) =>
        Assert.Matches($"^{expected}$", LeaderElectionOptions.HolderOf(pod, host, new Random(1)));

    private static TimeSpan Step => TimeSpan.FromMilliseconds(100);

    private Candidate Start(string holder, Action<FakeLeases.View>? arrange = null, string? address = null)
    {
        var view = _leases.For();
        arrange?.Invoke(view);
        var options = new LeaderElectionOptions(new("canary", LeaderElectionOptions.DefaultLease), holder) { Address = address is null ? null : new(address) };
        return new(new(view, options, _time, new Random(holder.Length), _log.For<LeaderElector>()), view);
    }

    /// <summary>Lets the clock go on in small steps, and the electors do what is due at each.</summary>
    private async Task PassAsync(TimeSpan time, Action? check = null)
    {
        for (var passed = TimeSpan.Zero; ; passed += Step)
        {
            await SettleAsync();
            if (passed >= time)
            {
                return;
            }

            _time.Advance(Step);
            await SettleAsync();
            check?.Invoke();
        }
    }

    /// <summary>Electors go on inside of Advance, because nothing here waits for anything but the clock; what is cancelled may take a round of the thread pool.</summary>
    private static async Task SettleAsync()
    {
        for (var round = 0; round < 20; round++)
        {
            await Task.Yield();
        }
    }

    private sealed class Candidate : IAsyncDisposable
    {
        private readonly List<string> _changes = [];
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _running;

        public Candidate(LeaderElector elector, FakeLeases.View api)
        {
            (Elector, Api) = (elector, api);
            elector.LeadershipChanged += leads =>
            {
                Assert.False(UrgentRequests.IsHere);
                lock (_changes)
                {
                    _changes.Add(leads ? "leads" : "stands by");
                }
            };
            _running = elector.RunAsync(_stopping.Token);
        }

        public LeaderElector Elector { get; }

        public FakeLeases.View Api { get; }

        public IReadOnlyList<string> Changes
        {
            get
            {
                lock (_changes)
                {
                    return [.. _changes];
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            Api.Hangs = false;
            await _stopping.CancelAsync();
            await _running;
            Elector.Dispose();
            _stopping.Dispose();
        }
    }
}

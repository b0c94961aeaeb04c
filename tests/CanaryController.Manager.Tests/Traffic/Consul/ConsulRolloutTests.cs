using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>Whole rollouts: the real manager and its files, on virtual time, against a Consul that holds it to the API's rules.</summary>
public sealed class ConsulRolloutTests : IAsyncLifetime
{
    private const string Shop =
        """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: { name: shop }
        spec:
          workload: {kind: External, versions: { stable: v1, canary: v2 } }
          traffic: {router: Consul, consul: { service: shop } }
          strategy:
            drainDelay: 0s
            steps:
            - { weight: 10, hold: 10s }
            - { weight: 50, hold: 10s }
          analysis:
            metrics:
            - {name: success-rate, builtin: RequestSuccessRate, threshold: { min: 99 } }

        """;

    private FakeConsul _consul = null!;
    private ManagerBed _bed = null!;

    public async ValueTask InitializeAsync()
    {
        _consul = await FakeConsul.StartAsync(new FakeTimeProvider());
        _consul.Put("""{"Kind": "service-defaults", "Name": "shop", "Protocol": "http"}""");
        _consul.SetInstances("shop", "v1", 3);
        _consul.SetInstances("shop", "v2", 2);
        _bed = Bed();
    }

    public async ValueTask DisposeAsync()
    {
        await _bed.DisposeAsync();
        await _consul.DisposeAsync();
    }

    [Fact]
    public async Task A_good_canary_is_promoted_step_by_step()
    {
        await StartAsync();
        Assert.Equal((RolloutPhase.Progressing, "v1 90, v2 10"), (_bed.State.Phase, Splits()));
        await _bed.PassHoldAsync();
        Assert.Equal("v1 50, v2 50", Splits());
        await _bed.PassHoldAsync();
        Assert.Equal((RolloutPhase.Promoted, "v1 0, v2 100"), (_bed.State.Phase, Splits()));
    }

    [Fact]
    public async Task Bad_evidence_takes_all_requests_back_in_one_call()
    {
        await StartAsync();
        _bed.Evidence.Verdict = Verdict.Failed;
        await _bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Aborted, "v1 100, v2 0"), (_bed.State.Phase, Splits()));
    }

    [Fact]
    public async Task Stable_is_pinned_before_a_canary_registers()
    {
        _consul.SetInstances("shop", "v2", 0);
        await StartAsync();
        Assert.Equal((RolloutPhase.Initializing, "v1 100, v2 0"), (_bed.State.Phase, Splits()));

        _consul.SetInstances("shop", "v2", 2);
        await _bed.PassHoldAsync();
        Assert.Equal((RolloutPhase.Progressing, "v1 90, v2 10"), (_bed.State.Phase, Splits()));
    }

    [Fact]
    public async Task A_canary_that_loses_all_its_instances_is_rolled_back()
    {
        await StartAsync();
        _consul.SetInstances("shop", "v2", 2, "critical");
        await _bed.PassHoldAsync();
        Assert.Equal((RolloutPhase.Aborted, "v1 100, v2 0"), (_bed.State.Phase, Splits()));
    }

    [Fact]
    public async Task Somebody_who_writes_just_before_is_seen_and_decided_about_again()
    {
        await StartAsync();
        _consul.Before = context =>
        {
            if (context.Request.Method == "PUT")
            {
                _consul.Before = _ => Task.FromResult(false);
                _consul.Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 80, "ServiceSubset": "v1"}, {"Weight": 20, "ServiceSubset": "v2"}]}""");
            }

            return Task.FromResult(false);
        };
        _bed.Evidence.Verdict = Verdict.Failed;
        await _bed.ReconcileAsync();
        Assert.Equal((RolloutPhase.Aborted, "v1 100, v2 0"), (_bed.State.Phase, Splits()));
    }

    [Fact]
    public async Task While_consul_is_down_the_weight_is_held_and_an_abort_is_carried_out_when_it_is_back()
    {
        await StartAsync();
        _consul.IsDown = true;
        await _bed.PassHoldAsync();
        Assert.Equal((RolloutPhase.Progressing, 0), (_bed.State.Phase, _bed.State.StepIndex));

        _bed.Evidence.Verdict = Verdict.Failed;
        await _bed.PassHoldAsync();
        Assert.Equal((RolloutPhase.Aborting, "v1 90, v2 10"), (_bed.State.Phase, Splits()));

        _consul.IsDown = false;
        await _bed.PassHoldAsync();
        Assert.Equal((RolloutPhase.Aborted, "v1 100, v2 0"), (_bed.State.Phase, Splits()));
    }

    [Theory]
    [InlineData("PUT service-resolver")]
    [InlineData("PUT service-splitter")]
    public async Task A_process_that_dies_between_two_writes_goes_on_in_the_next_one(string after)
    {
        _consul.Written = what => _consul.IsDown |= what == after;
        await StartAsync();
        (_consul.IsDown, _consul.Written) = (false, _ => { });
        await _bed.RestartAsync();
        await StartAsync();
        Assert.Equal((RolloutPhase.Progressing, "v1 90, v2 10"), (_bed.State.Phase, Splits()));
    }

    [Fact]
    public async Task A_lost_database_does_not_undo_a_promotion()
    {
        await StartAsync();
        await _bed.PassHoldAsync();
        await _bed.PassHoldAsync();
        await using var other = Bed();
        await other.StartShopAsync(Shop);
        Assert.Equal((RolloutPhase.Idle, "v2", "v1 0, v2 100"), (other.State.Phase, other.State.StableRevision, Splits()));
    }

    [Fact]
    public async Task A_rollout_that_is_removed_leaves_nothing_behind()
    {
        await StartAsync();
        File.Delete(Path.Combine(_bed.Options.Standalone.Folder, "shop.yaml"));
        for (var times = 0; times < 3; times++)
        {
            _bed.Scan();
            await _bed.PassHoldAsync();
        }

        Assert.Equal("v1 100, v2 0", Splits());
        _consul.SetInstances("shop", "v2", 0);
        await _bed.PassHoldAsync();
        Assert.Null(_consul.Entry("service-splitter"));
        Assert.Null(_consul.Entry("service-resolver"));
    }

    private ManagerBed Bed() => new(more: services => services
        .AddConsulRouter([new() { Name = "default", Url = _consul.Url }])
        .AddSingleton<ITrafficRouter>(provider => new PlainRouters([provider.GetServices<PlainRouter>().Last()])));

    private Task StartAsync() => _bed.StartShopAsync(Shop);

    private string Splits() => string.Join(", ", (_consul.Entry("service-splitter")?["Splits"]?.AsArray() ?? []).Select(split => $"{split!["ServiceSubset"]} {split["Weight"]}"));
}

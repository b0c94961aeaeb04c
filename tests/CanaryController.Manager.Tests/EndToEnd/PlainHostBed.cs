using System.Net;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Api;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Tests.Api;
using CanaryController.Manager.Tests.Approvals.Slack;
using CanaryController.Manager.Tests.Notifications;
using CanaryController.Resources;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.EndToEnd;

/// <summary>
/// A plain host: the manager with everything that a process has, on a clock that tests move, Slack's API and a receiver of gates' questions on loopback, and the rollout <c>shop/checkout</c>, which may go on from 9 to 5
/// in Berlin, needs an approval to leave its first step, and a gate's pass to begin its last one. It is Monday, five minutes to nine.
/// </summary>
internal sealed class PlainHostBed : IAsyncDisposable
{
    public const string PipelineToken = "a-token-of-the-pipeline";
    public static readonly RolloutKey Checkout = new("shop", "checkout");

    private static readonly DateTimeOffset _monday = new(2026, 1, 5, 7, 55, 0, TimeSpan.Zero);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly string _files = Directory.CreateTempSubdirectory("canary-plain-host-").FullName;
    private readonly HttpClient _browser = new() { Timeout = _patience };
    private readonly CancellationTokenSource _ended = new(3 * _patience);

    private PlainHostBed(SlackServer slack, HookReceiver gate)
    {
        (Slack, Gate) = (slack, gate);
        WriteSecret("slack", "token", SlackServer.Token);
        WriteSecret("slack", "signing", SlackBed.Secret);
        WriteSecret("canary-notifications", "smoke", OutboxBed.Secret);
        File.WriteAllText(TokenFile, PipelineToken);
        Assert.True(AllowedTarget.TryParse("127.0.0.1", out var loopback));
        Manager = new(
            api: new(new("http://127.0.0.1:0"), [ApiBed.Token(PipelineToken, ApiRoles.View | ApiRoles.Operate) with { Name = "pipeline" }]),
            with: options => options with
            {
                Slack = new() { Url = new(slack.Url), OperatorUsers = ["U0OPS"] },
                Outbound = new() { Allow = [loopback], SecretsFolder = Path.Combine(_files, "secrets") },
            });
        Manager.Evidence.Value = 0.9994;
        Manager.Time.SetUtcNow(_monday);
        Manager.Put("checkout.yaml", Texts(gate.Url));
    }

    public SlackServer Slack { get; }

    /// <summary>What answers the gate <c>smoke</c>.</summary>
    public HookReceiver Gate { get; }

    public ManagerBed Manager { get; }

    public RolloutState State => Manager.Store.Read(Checkout).State;

    /// <summary>The canary's share of the traffic, as the router carries it.</summary>
    public decimal WeightPercent => Manager.Router.WeightOf(new("default", "checkout")).Percent;

    /// <summary>The one message of the rollout in Slack.</summary>
    public JsonObject Message => Slack.Roots.Single();

    public string JUnit => Path.Combine(_files, "rollout.xml");

    private string TokenFile => Path.Combine(_files, "token");

    public static async Task<PlainHostBed> StartAsync()
    {
        var bed = new PlainHostBed(await SlackServer.StartAsync(), await HookReceiver.StartAsync());
        await bed.Manager.App.StartAsync();
        await bed.WhenAsync(() => bed.State.StableRevision == "v1", "v1 is adopted");
        return bed;
    }

    /// <summary>A new process over the same files.</summary>
    public async Task RestartAsync()
    {
        await Manager.App.StopAsync();
        await Manager.RestartAsync();
        await Manager.App.StartAsync();
    }

    /// <summary>Runs canaryctl with the pipeline's token, as <see cref="CanaryctlRun"/> says.</summary>
    public Task<CanaryctlRun> CanaryctlAsync(string line) => CanaryctlRun.OfAsync(line, Manager.Time, name => name switch
    {
        "CANARY_URL" => Manager.App.Urls.Single(),
        "CANARY_TOKEN_FILE" => TokenFile,
        "CANARY_NAMESPACE" => Checkout.Namespace,
        _ => null,
    }, _ended.Token);

    /// <summary>The job that deployed v2 and waits for what becomes of it.</summary>
    public Task<CanaryctlRun> PipelineAsync() => CanaryctlAsync($"wait checkout --for promoted --revision v2 --timeout 24h --junit {JUnit}");

    /// <summary>Starts v2, lets the window open, and goes on to where an approval is waited for.</summary>
    public async Task StartToApprovalAsync()
    {
        Assert.Equal(0, (await CanaryctlAsync("start checkout --revision v2")).Exit);
        await PassAsync(TimeSpan.FromMinutes(5));
        await WhenRestingAsync(step: 1);
        await PassAsync(TimeSpan.FromMinutes(5));
        await WhenAsync(() => State.Phase is RolloutPhase.WaitingApproval, "an approval is waited for");
        await WhenToldAsync();
    }

    /// <summary>Somebody presses a button of the message; the answer that Slack gets.</summary>
    public async Task<HttpStatusCode> PressAsync(string action, string user, DateTimeOffset? at = null, string secret = SlackBed.Secret)
    {
        var value = (string)Message["blocks"]!.AsArray().Single(block => (string?)block!["type"] == "actions")!["elements"]![0]!["value"]!;
        using var request = SlackBed.Click(SlackBed.Payload(action, value, user), at ?? Manager.Time.GetUtcNow(), secret);
        request.RequestUri = new(new Uri(Manager.App.Urls.Single()), request.RequestUri!);
        using var answer = await _browser.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>Time passes, once everybody was told of what is there: a request that is under way would take it for time without an answer.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await WhenToldAsync();
        Manager.Time.Advance(time);
    }

    /// <summary>Waits until traffic rests at the step, so that its hold counts.</summary>
    public Task WhenRestingAsync(int step) => WhenAsync(() => State.StepIndex == step - 1 && State is { Phase: RolloutPhase.Progressing, StepSince: not null }, $"traffic rests at step {step}");

    /// <summary>Waits until Slack has heard of everything.</summary>
    public Task WhenToldAsync()
    {
        var deliveries = Manager.Get<SqliteDeliveries>();
        return WhenAsync(() => deliveries.Fresh(1).Count == 0 && deliveries.Load().Count == 0, "everything is told");
    }

    /// <summary>Waits for what needs no time on the rollout's clock, only some of the machine's.</summary>
    public async Task WhenAsync(Func<bool> isSo, string what)
    {
        using var late = new CancellationTokenSource(_patience);
        while (!isSo())
        {
            Assert.False(late.IsCancellationRequested, $"It never came to this: {what}. The rollout: {State.Phase} step {State.StepIndex + 1}: {State.Message}");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
            Manager.Time.Wake();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A job that still waits when a test has failed would wait for ever.
        await _ended.CancelAsync();
        _ended.Dispose();
        _browser.Dispose();
        await Manager.App.StopAsync();
        await Manager.DisposeAsync();
        await Slack.DisposeAsync();
        await Gate.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    private void WriteSecret(string name, string key, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_files, "secrets", name));
        File.WriteAllText(Path.Combine(folder.FullName, key), text + "\n");
    }

    private static string Texts(string gate) => $$"""
        apiVersion: canarycontroller.io/v1alpha1
        kind: NotificationChannel
        metadata: {name: deploys, namespace: shop}
        spec:
          slack:
            channel: {{SlackServer.ChannelId}}
            token: {name: slack, key: token}
            signingSecret: {name: slack, key: signing}
            mentions: [{events: [ApprovalNeeded], who: [U0ANN]}]
        ---
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: checkout, namespace: shop}
        spec:
          workload: {kind: External, versions: {stable: v1} }
          traffic: {router: Gateway, gateway: {route: checkout} }
          notifications: {channels: [deploys]}
          strategy:
            drainDelay: 0s
            windows: [{cron: 0 0 9 ? * MON-FRI, duration: 8h, timeZone: Europe/Berlin}]
            steps:
            - {weight: 10, hold: 5m, approval: {name: sre, approvers: {slackUsers: [U0ANN]}, allowAuthor: false} }
            - {weight: 50, hold: 10m}
            - weight: 100
              hold: 5m
              gates: [{name: smoke, when: Before, url: {{gate}}/smoke, secret: {name: canary-notifications, key: smoke} }]
          analysis:
            metrics:
            - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99} }
        """;
}

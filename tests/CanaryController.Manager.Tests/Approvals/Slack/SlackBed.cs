using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Approvals.Slack;

/// <summary>A manager that listens and tells Slack, and a rollout whose first step waits for the Slack user U0ANN or a member of S0SRE. U0OPS is an operator. The clock is the real one: requests to Slack and rests of the outbox need one that goes on.</summary>
internal sealed class SlackBed : IAsyncDisposable
{
    public const string Secret = "a-signing-secret-that-nobody-may-see";

    private readonly string _secrets = Directory.CreateTempSubdirectory("canary-secrets-").FullName;

    private SlackBed(SlackServer slack, string? channel)
    {
        Slack = slack;
        Directory.CreateDirectory(Path.Combine(_secrets, "slack"));
        WriteToken(SlackServer.Token);
        File.WriteAllText(Path.Combine(_secrets, "slack", "signing"), Secret + "\n");
        Assert.True(AllowedTarget.TryParse("127.0.0.1", out var loopback));
        Manager = new(realTime: true, with: options => options with
        {
            Slack = new() { Url = new(slack.Url), OperatorUsers = ["U0OPS"] },
            Outbound = new() { Allow = [loopback], SecretsFolder = _secrets },
        });
        Manager.Put("channel.yaml", channel ?? ChannelText(SlackServer.ChannelId));
    }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public SlackServer Slack { get; }

    public ManagerBed Manager { get; }

    public HttpClient Http { get; private set; } = new();

    public static string ChannelText(string channel, string more = "") => $$"""
        apiVersion: canarycontroller.io/v1alpha1
        kind: NotificationChannel
        metadata: {name: deploys}
        spec:
          slack:
            channel: "{{channel}}"
            token: {name: slack, key: token}
            signingSecret: {name: slack, key: signing}
            mentions: [{events: [ApprovalNeeded], who: [U0ANN]}]
        {{more}}
        """;

    public static async Task<SlackBed> StartAsync(Action<SlackServer>? with = null, string approvers = "approvers: {slackUsers: [U0ANN], slackGroups: [S0SRE]}", string? channel = null)
    {
        var slack = await SlackServer.StartAsync();
        slack.Groups["S0SRE"] = ["U0BEN"];
        with?.Invoke(slack);
        var bed = new SlackBed(slack, channel);
        var text = RolloutText.Of(step: $"approval: {{name: sre, {approvers}}}").Replace("spec:\n", "spec:\n  notifications: {channels: [deploys]}\n", StringComparison.Ordinal);
        await bed.Manager.StartShopAsync(text);
        Assert.Equal(RolloutPhase.WaitingApproval, bed.Manager.State.Phase);
        await bed.ListenAsync();
        return bed;
    }

    /// <summary>A new process over the same files.</summary>
    public async Task RestartAsync()
    {
        await Manager.App.StopAsync();
        await Manager.RestartAsync();
        await ListenAsync();
    }

    /// <summary>Waits until the rollout's message shows <paramref name="phase"/>.</summary>
    public async Task<JsonObject> ShownAsync(RolloutPhase phase)
    {
        while (true)
        {
            if (Slack.Roots.FirstOrDefault(message => message["blocks"]!.ToJsonString().Contains($" {phase} ", StringComparison.Ordinal)) is { } shown)
            {
                return shown;
            }

            await Slack.NextAsync();
        }
    }

    /// <summary>The value of the message's buttons.</summary>
    public async Task<string> ButtonAsync(RolloutPhase phase = RolloutPhase.WaitingApproval) =>
        (string)(await ShownAsync(phase))["blocks"]!.AsArray().Single(block => (string?)block!["type"] == "actions")!["elements"]![0]!["value"]!;

    /// <summary>What Slack sends when somebody presses a button.</summary>
    public static string Payload(string action, string value, string user = "U0ANN", string channel = SlackServer.ChannelId) => "payload=" + WebUtility.UrlEncode(new JsonObject
    {
        ["type"] = "block_actions",
        ["user"] = new JsonObject { ["id"] = user, ["username"] = "ann" },
        ["channel"] = new JsonObject { ["id"] = channel, ["name"] = "deploys" },
        ["trigger_id"] = Guid.NewGuid().ToString(),
        ["actions"] = new JsonArray(new JsonObject { ["action_id"] = $"canary_{action}", ["type"] = "button", ["value"] = value }),
    }.ToJsonString());

    /// <summary>The request by which Slack tells of it, signed by Slack's rules.</summary>
    public static HttpRequestMessage Click(string payload, DateTimeOffset at, string secret = Secret)
    {
        var body = Encoding.UTF8.GetBytes(payload);
        var request = new HttpRequestMessage(HttpMethod.Post, SlackEndpoint.Path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.Add("X-Slack-Request-Timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("X-Slack-Signature", "v0=" + Convert.ToHexStringLower(SlackSignature.Sign(Encoding.UTF8.GetBytes(secret), at, body)));
        return request;
    }

    public async Task<HttpStatusCode> PressAsync(string payload, DateTimeOffset? at = null, string secret = Secret, Action<HttpRequestMessage>? change = null)
    {
        using var request = Click(payload, at ?? Now, secret);
        change?.Invoke(request);

        // Slack waits no longer.
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        using var response = await Http.SendAsync(request, late.Token);
        return response.StatusCode;
    }

    /// <summary>What was whispered to the one who pressed in vain.</summary>
    public async Task<(string User, string Text)> WhisperAsync()
    {
        var told = await Slack.NextAsync("chat.postEphemeral");
        return ((string)told["user"]!, (string)told["text"]!);
    }

    public void WriteToken(string token) => File.WriteAllText(Path.Combine(_secrets, "slack", "token"), token + "\n");

    public CommandView LastCommand() => Manager.Get<ICommands>().Audit(ManagerBed.Shop, 1)[0];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Manager.App.StopAsync();
        await Manager.DisposeAsync();
        await Slack.DisposeAsync();
        Directory.Delete(_secrets, recursive: true);
    }

    private async Task ListenAsync()
    {
        await Manager.App.StartAsync();
        Http.Dispose();
        Http = new() { BaseAddress = new(Manager.App.Urls.Single()), Timeout = TimeSpan.FromMinutes(1) };
    }
}

using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Signing;
using CanaryController.Resources.Api;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Approvals;

/// <summary>A manager that listens, two webhook keys, and a rollout whose first step waits for the key <c>ci</c>. The clock is a fake one; workers run.</summary>
internal sealed class WebhookBed : IAsyncDisposable
{
    public const string Approved = """{"namespace":"default","rollout":"shop","revision":"v2","step":1,"decision":"approve","comment":"Smoke tests passed."}""";
    private const string KeyText = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private const string OtherText = "another key of at least sixteen bytes";

    private readonly string _keys = Directory.CreateTempSubdirectory("canary-keys-").FullName;

    private WebhookBed()
    {
        File.WriteAllText(Path.Combine(_keys, "ci"), KeyText + "\n");
        File.WriteAllText(Path.Combine(_keys, "other"), OtherText);
        WebhookKeyOptions[] keys = [new("ci", Path.Combine(_keys, "ci"), []), new("other", Path.Combine(_keys, "other"), ["elsewhere"]), new("gone", Path.Combine(_keys, "gone"), [])];
        Manager = new(with: options => options with { ApprovalWebhooks = new(keys) });
    }

    public static byte[] Key => Convert.FromBase64String(KeyText["whsec_".Length..]);

    public static byte[] OtherKey => Encoding.UTF8.GetBytes(OtherText);

    public ManagerBed Manager { get; }

    public HttpClient Http { get; private set; } = new();

    public DateTimeOffset Now => Manager.Time.GetUtcNow();

    public static async Task<WebhookBed> StartAsync(string approvers = "webhookKeys: [ci, other]")
    {
        var bed = new WebhookBed();
        await bed.Manager.StartShopAsync(RolloutText.Of(step: $"approval: {{name: qa, approvers: {{ {approvers} }} }}"));
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

    /// <summary>Posts a message, signed now with the key <c>ci</c> unless told otherwise.</summary>
    public Task<HttpResponseMessage> PostAsync(string body, string id = "msg_1", DateTimeOffset? at = null, byte[]? key = null, Action<HttpRequestMessage>? change = null) =>
        SendAsync(Encoding.UTF8.GetBytes(body), id, at ?? Now, key ?? Key, change);

    public async Task<(int Status, string Detail)> ProblemAsync(string body, string id = "msg_1", DateTimeOffset? at = null, byte[]? key = null, Action<HttpRequestMessage>? change = null)
    {
        using var response = await PostAsync(body, id, at, key, change);
        var problem = await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem);
        return ((int)response.StatusCode, $"{problem!.Title}: {problem.Detail} {string.Join(' ', problem.Errors.Select(error => error.Path))}".TrimEnd());
    }

    public CommandView LastCommand() => Manager.Get<ICommands>().Audit(ManagerBed.Shop, 1)[0];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Manager.App.StopAsync();
        await Manager.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }

    private async Task ListenAsync()
    {
        await Manager.App.StartAsync();
        Http.Dispose();
        Http = new() { BaseAddress = new(Manager.App.Urls.Single()), Timeout = TimeSpan.FromMinutes(1) };
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string id, DateTimeOffset at, byte[] key, Action<HttpRequestMessage>? change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ApprovalWebhookEndpoint.Path) { Content = new ByteArrayContent(body) };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", StandardSignature.Header(key, id, at, body));
        change?.Invoke(request);
        return await Http.SendAsync(request);
    }
}

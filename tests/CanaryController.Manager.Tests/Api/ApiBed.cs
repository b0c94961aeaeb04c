using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using CanaryController.Manager.Api;
using CanaryController.Resources.Api;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Api;

/// <summary>The manager as a running server on a free loopback port, with one adopted rollout.</summary>
internal sealed class ApiBed : IAsyncDisposable
{
    private ApiBed(ManagerBed manager) => Manager = manager;

    public ManagerBed Manager { get; }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    public static Task<ApiBed> StartAsync(params ApiToken[] tokens) => StartAsync(null, tokens);

    public static async Task<ApiBed> StartAsync(Action<string>? beforeStatement, params ApiToken[] tokens)
    {
        var manager = new ManagerBed(beforeStatement, realTime: true, api: new(new("http://127.0.0.1:0"), tokens));
        manager.Put("shop.yaml", RolloutText.Of(step: "hold: 1h"));
        var pulse = manager.Get<EventPulse>().Next;
        await manager.App.StartAsync();
        await pulse.WaitAsync(TimeSpan.FromMinutes(1));
        var bed = new ApiBed(manager);
        bed.Http.BaseAddress = new(manager.App.Urls.Single());
        return bed;
    }

    public static ApiToken Token(string text, ApiRoles roles) => new(text, SHA256.HashData(Encoding.UTF8.GetBytes(text)), roles);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public Task<HttpResponseMessage> CommandAsync(string json, string? token = null) => SendAsync(
        HttpMethod.Post, "/v1/namespaces/default/rollouts/shop/commands", token, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<string> TextAsync(string path) => Http.GetStringAsync(new Uri(path, UriKind.Relative));

    public async Task<ApiProblem> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem))!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Manager.App.StopAsync();
        await Manager.DisposeAsync();
    }
}

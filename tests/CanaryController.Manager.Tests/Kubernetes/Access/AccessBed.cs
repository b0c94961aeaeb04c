using System.Net.Http.Json;
using System.Text;
using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Access;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Api;
using CanaryController.Testing;
using k8s;
using Microsoft.Extensions.DependencyInjection;

namespace CanaryController.Manager.Tests.Kubernetes.Access;

/// <summary>The manager's API as a running server that asks a <see cref="ReviewServer"/> about its callers, with one rollout and a clock that the test moves.</summary>
internal sealed class AccessBed : IAsyncDisposable
{
    public const string Shop = "/v1/namespaces/default/rollouts/shop";

    private AccessBed(ReviewServer cluster, ManagerBed manager) => (Cluster, Manager) = (cluster, manager);

    public ReviewServer Cluster { get; }

    public ManagerBed Manager { get; }

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    public static async Task<AccessBed> StartAsync(KubernetesTokenOptions? options = null, params ApiToken[] tokens)
    {
        var cluster = await ReviewServer.StartAsync();
        var asked = options ?? new();
        var manager = new ManagerBed(api: new(new("http://127.0.0.1:0"), tokens, asked), more: services =>
        {
            // The clock is moved while requests are under way: none of them may seem to take that long.
            services.AddKubernetesClient(new() { RequestTimeout = TimeSpan.FromDays(1) }).AddClusterAccess(asked);
            services.AddSingleton(_ => new KubeConnection(new KubernetesClientConfiguration { Host = cluster.Url }));
        });
        await manager.StartShopAsync(RolloutText.Of(step: "hold: 1h"));
        await manager.App.StartAsync();
        var bed = new AccessBed(cluster, manager);
        bed.Http.BaseAddress = new(manager.App.Urls.Single());
        return bed;
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> CommandAsync(string action, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Shop}/commands");
        request.Headers.Authorization = new("Bearer", token);
        request.Content = new StringContent($$"""{"action": "{{action}}"}""", Encoding.UTF8, "application/json");
        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<int> FreezeAsync(HttpMethod method, string path, string token)
    {
        using var request = new HttpRequestMessage(method, $"/v1/namespaces/default/freezes{path}");
        request.Headers.Authorization = new("Bearer", token);
        request.Content = method == HttpMethod.Post ? new StringContent("""{"name": "sale", "reason": "a sale"}""", Encoding.UTF8, "application/json") : null;
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    public async Task<int> StatusAsync(string path, string? token)
    {
        using var response = await GetAsync(path, token);
        return (int)response.StatusCode;
    }

    public static async Task<ApiProblem> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiProblem, TestContext.Current.CancellationToken))!;
    }

    /// <summary>Moves the clock a minute at a time until <paramref name="awaited"/> holds.</summary>
    public async Task PassUntilAsync(Func<bool> awaited)
    {
        for (var minute = 0; !awaited() && minute < 1_000; minute++)
        {
            Manager.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.True(awaited());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Manager.App.StopAsync();
        await Manager.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}

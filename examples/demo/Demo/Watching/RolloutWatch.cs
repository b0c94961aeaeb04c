using System.Net.Http.Json;
using System.Text.Json;
using CanaryController.Resources.Api;

namespace CanaryController.Examples.Demo.Watching;

/// <summary>The rollout as the manager's API shows it.</summary>
internal sealed class RolloutWatch(Uri managerApi, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(150);

    private readonly HttpClient _api = new() { BaseAddress = new Uri(managerApi, "/v1/namespaces/default/rollouts/"), Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>The rollout now; null while the manager does not answer or does not know it yet.</summary>
    public async Task<RolloutView?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await _api.GetAsync(new Uri("shop", UriKind.Relative), cancellation);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync(ApiJson.Default.RolloutView, cancellation) : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or IOException)
        {
            return null;
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>What became of the revisions and every transition.</summary>
    /// <exception cref="DemoException">The manager does not say.</exception>
    public async Task<HistoryView> HistoryAsync(CancellationToken cancellation)
    {
        try
        {
            return await _api.GetFromJsonAsync(new Uri("shop/history", UriKind.Relative), ApiJson.Default.HistoryView, cancellation) ?? throw new DemoException("the manager's history is empty");
        }
        catch (HttpRequestException failure)
        {
            throw new DemoException($"the manager does not tell the rollout's history: {failure.Message}");
        }
    }

    /// <summary>Waits until the rollout is as wanted.</summary>
    public async Task<RolloutView> UntilAsync(Func<RolloutView, bool> wanted, CancellationToken cancellation)
    {
        while (true)
        {
            if (await ReadAsync(cancellation) is { } view && wanted(view))
            {
                return view;
            }

            await NextAsync(cancellation);
        }
    }

    /// <summary>Waits until it is time to read again.</summary>
    public Task NextAsync(CancellationToken cancellation) => Task.Delay(_interval, time, cancellation);

    public void Dispose() => _api.Dispose();
}

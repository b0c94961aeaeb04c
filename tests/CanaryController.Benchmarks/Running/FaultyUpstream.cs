using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Benchmarks.Running;

/// <summary>A version whose share of failing requests can be switched while it runs.</summary>
internal sealed class FaultyUpstream : IAsyncDisposable
{
    private readonly Random _random;
    private readonly Lock _lock = new();
    private readonly WebApplication _app;

    private FaultyUpstream(int seed)
    {
        _random = new Random(seed);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(Answer);
    }

    /// <summary>0 to 1.</summary>
    public double FailureShare { get; set; }

    /// <summary>When the first request failed since this was last set to null.</summary>
    public long? FirstFailure { get; set; }

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<FaultyUpstream> StartAsync(int seed, CancellationToken cancellation)
    {
        var upstream = new FaultyUpstream(seed);
        await upstream._app.StartAsync(cancellation);
        return upstream;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task Answer(HttpContext context)
    {
        lock (_lock)
        {
            if (FailureShare > 0 && _random.NextDouble() < FailureShare)
            {
                FirstFailure ??= TimeProvider.System.GetTimestamp();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }

        return context.Response.WriteAsync("ok");
    }
}

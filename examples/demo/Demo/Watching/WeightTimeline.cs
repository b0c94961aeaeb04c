using System.Net.Http.Headers;
using System.Text.Json;
using CanaryController.Examples.Demo.Load;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.Examples.Demo.Watching;

/// <summary>
/// The canary's weight as the gateway carries it out. The gateway itself says when each split came into force, so that one that was in force for a few
/// milliseconds is not missed; it is asked often for those who look on.
/// </summary>
internal sealed class WeightTimeline : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(50);

    private static readonly Uri _route = new("/admin/v1/routes/shop/changes", UriKind.Relative);

    private readonly Lock _gate = new();
    private readonly List<WeightChange> _changes = [];
    private long _generation;
    private readonly HttpClient _admin;
    private readonly CancellationTokenSource _end = new();
    private readonly LoadGenerator _clock;
    private readonly TimeProvider _time;
    private readonly Task _reading;

    /// <summary>Begins to read.</summary>
    public WeightTimeline(Stage stage, LoadGenerator clock, TimeProvider time)
    {
        _clock = clock;
        _time = time;
        _admin = new HttpClient { BaseAddress = stage.GatewayAdmin, Timeout = TimeSpan.FromSeconds(5) };
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", stage.Token);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Each change so far, oldest first.</summary>
    public IReadOnlyList<WeightChange> Changes
    {
        get
        {
            lock (_gate)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>What it is now, percent.</summary>
    public decimal Weight => Changes is [.., var last] ? last.Weight : 0;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _admin.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        using var ticks = new PeriodicTimer(_interval, _time);
        try
        {
            while (await ticks.WaitForNextTickAsync(_end.Token))
            {
                await NoteAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The reading is to end.
        }
    }

    private async Task NoteAsync()
    {
        try
        {
            using var answer = JsonDocument.Parse(await _admin.GetByteArrayAsync(_route, _end.Token));
            foreach (var change in answer.RootElement.GetProperty("changes").EnumerateArray())
            {
                Note(change.GetProperty("generation").GetInt64(), change.GetProperty("at").GetDateTimeOffset(), WeightOf(change.GetProperty("weights")));
            }
        }
        catch (HttpRequestException)
        {
            // Nothing was seen; that the gateway is gone is noticed where the processes are watched.
        }
    }

    // All that does not go to the version that was stable at first. 10,000 basis points are the whole.
    private static decimal WeightOf(JsonElement weights) => (10_000 - (weights.TryGetProperty("v1", out var stable) ? stable.GetInt32() : 0)) / 100m;

    private void Note(long generation, DateTimeOffset at, decimal weight)
    {
        lock (_gate)
        {
            if (generation > _generation)
            {
                _generation = generation;
                if (_changes is not [.., var last] || last.Weight != weight)
                {
                    var seconds = (_clock.Elapsed - (_time.GetUtcNow() - at)).TotalSeconds;

                    // Rounded up: what was sent at that moment was sent before.
                    _changes.Add(new WeightChange(Math.Ceiling(Math.Max(0, seconds) * 100) / 100, weight));
                }
            }
        }
    }
}

/// <summary>From this moment on the canary had this weight.</summary>
/// <param name="Seconds">Since the load began.</param>
/// <param name="Weight">Percent.</param>
internal readonly record struct WeightChange(double Seconds, decimal Weight);

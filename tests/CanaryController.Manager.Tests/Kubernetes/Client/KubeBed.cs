using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using CanaryController.Manager.Kubernetes.Client;
using k8s;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

/// <summary>An object of the tests.</summary>
internal sealed record Thing(ObjectMeta Meta, string Note) : ICached
{
    public IReadOnlyList<string> IndexKeys => Note.Length == 0 ? [] : Note.Split(' ');

    public ObjectKind? Served { get; init; }

    public static Thing Of(string name, string version, string uid = "u1", string note = "") =>
        new(new() { Name = new("default", name), Uid = uid, ResourceVersion = version }, note);

    /// <summary>A note that is no text cannot be read; "unwanted" is not wanted.</summary>
    public static Thing? Read(JsonElement item) =>
        item.TryGetProperty("note", out var note) && note.GetString() == "unwanted" ? null : new(ObjectMeta.Read(item), note.GetString() ?? "");
}

/// <summary>Transport, informer and clock for one server. The fake clock stands still unless <see cref="PassUntilAsync"/> moves it.</summary>
internal sealed class KubeBed : IAsyncDisposable
{
    private readonly KubeConnection _connection;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<string> _changes = Channel.CreateUnbounded<string>();
    private Task _running = Task.CompletedTask;

    public KubeBed(string url, IReadOnlyList<string>? namespaces = null, KubernetesOptions? options = null, string? selector = null)
    {
        Options = options ?? new();
        _connection = new(new KubernetesClientConfiguration { Host = url });
        Limiter = new(Options.RequestsPerSecond, Options.Burst, Time);
        Registry = Metrics.NewCustomRegistry();
        Transport = new(_connection, Limiter, new(Metrics.WithCustomRegistry(Registry)));
        Api = new(Transport, Options, Time);
        Informer = new(Transport, ObjectKind.Service, namespaces ?? [], Thing.Read, Time, Log.For<Informer<Thing>>(), selector);
        Informer.Cache.Changed += (before, after) => _changes.Writer.TryWrite($"{Show(before)} -> {Show(after)}");
    }

    public KubernetesOptions Options { get; }

    public FakeTimeProvider Time { get; } = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public RecordingLog Log { get; } = new();

    public CollectorRegistry Registry { get; }

    public RequestLimiter Limiter { get; }

    public KubeTransport Transport { get; }

    public KubeApi Api { get; }

    public Informer<Thing> Informer { get; }

    public ObjectCache<Thing> Cache => Informer.Cache;

    public string Names => string.Join(' ', Cache.All.Select(Show).Order(StringComparer.Ordinal));

    public static string Show(Thing? thing) => thing is null ? "none" : $"{thing.Meta.Name.Name}@{thing.Meta.ResourceVersion}";

    public KubeBed Run()
    {
        _running = Task.Run(() => Informer.RunAsync(_stopping.Token));
        return this;
    }

    /// <summary>The next change that was told.</summary>
    public async Task<string> ChangeAsync() =>
        await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    /// <summary>Moves the clock in small steps until <paramref name="awaited"/> is there; answers how far.</summary>
    public async Task<TimeSpan> PassUntilAsync(Task awaited, TimeSpan? step = null)
    {
        var began = Time.GetTimestamp();
        while (!awaited.IsCompleted)
        {
            Time.Advance(step ?? TimeSpan.FromMilliseconds(20));
            await Task.WhenAny(awaited, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System));
        }

        await awaited;
        return Time.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        _connection.Dispose();
        _stopping.Dispose();
    }
}

/// <summary>Remembers what was logged, as <c>ID text</c>.</summary>
internal sealed class RecordingLog
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger<T> For<T>() => new Logger<T>(this);

    private sealed class Logger<T>(RecordingLog log) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");
    }
}

using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Api;
using CanaryController.Manager.Hosting;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CanaryController.Testing;

/// <summary>
/// The real manager with its real SQLite file and folder, in a directory of its own; only router, evidence and clock are fakes. Nothing runs by itself
/// unless started: tests scan and reconcile by hand.
/// </summary>
internal sealed class ManagerBed : IAsyncDisposable
{
    public static readonly RolloutKey Shop = new("default", "shop");
    public static readonly RouteTarget Route = new("default", "shop");

    private readonly Action<string>? _beforeStatement;
    private readonly Action<IServiceCollection>? _more;

    public ManagerBed(
        Action<string>? beforeStatement = null, bool realTime = false, ApiOptions? api = null, ProbeOptions? probes = null, Action<IServiceCollection>? more = null, int maxUnderWay = 0,
        Func<ManagerOptions, ManagerOptions>? with = null)
    {
        (_beforeStatement, _more) = (beforeStatement, more);
        RealTime = realTime;
        Options = new()
        {
            Standalone = new(Path.Combine(Directory, "rollouts"), Path.Combine(Directory, "state.db")),
            Api = api ?? new(new("http://127.0.0.1:0"), []),
            Fleet = new(maxUnderWay),
            Probes = probes ?? new(null as Uri),
            Prometheus = new() { Url = "http://127.0.0.1:1" },
            Gateways = [new() { Name = "default", Url = "http://127.0.0.1:1", TokenFile = "none" }],
            Logging = new() { Level = Microsoft.Extensions.Logging.LogLevel.None },
        };
        Options = with?.Invoke(Options) ?? Options;
        System.IO.Directory.CreateDirectory(Options.Standalone.Folder);
        App = Build();
    }

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("canary-manager-").FullName;

    public ManagerOptions Options { get; }

    public WatchedTime Time { get; } = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public bool RealTime { get; }

    public InMemoryRouter Router { get; } = new();

    public ScriptedEvidence Evidence { get; } = new();

    public RecordingListener Heard { get; } = new();

    public WebApplication App { get; private set; }

    public RolloutState State => Store.Read(Shop).State;

    public IRolloutStore Store => Get<IRolloutStore>();

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>Writes a file into the folder as good tools do: beside it, then renamed over it.</summary>
    public void Put(string file, string text)
    {
        var beside = Path.Combine(Directory, "beside");
        File.WriteAllText(beside, text);
        File.Move(beside, Path.Combine(Options.Standalone.Folder, file), overwrite: true);
    }

    public void Scan() => Get<FolderWatcher>().Scan();

    public Task<ReconcileOutcome> ReconcileAsync(RolloutKey? key = null) => Get<RolloutReconciler>().ReconcileAsync(key ?? Shop, CancellationToken.None);

    public Task AnnounceAsync() => Get<TransitionAnnouncer>().AnnounceAsync();

    /// <summary>A rollout that is adopted and then asked to roll v2 out, as far as it goes at once: weight 10 at its first step.</summary>
    public async Task StartShopAsync(string? text = null)
    {
        Put("shop.yaml", text ?? RolloutText.Of());
        Scan();
        await ReconcileAsync();
    }

    public async Task PassHoldAsync()
    {
        Time.Advance(TimeSpan.FromSeconds(10));
        await ReconcileAsync();
    }

    public StoredCommand Send(RolloutAction action, string id = "c1", string? revision = null)
    {
        var command = new RolloutCommand { Id = id, Action = action, Actor = "test", Revision = revision };
        return Get<SqliteCommands>().Add(Shop, command, Time.GetUtcNow());
    }

    /// <summary>What a new process finds: everything in memory is gone, files and database stay.</summary>
    public async Task RestartAsync()
    {
        await App.DisposeAsync();
        App = Build();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private WebApplication Build() => ManagerHost.Build(Options, RealTime ? TimeProvider.System : Time, services =>
    {
        services.AddSingleton<ITrafficRouter>(Router).AddSingleton<IEvidence>(Evidence);
        services.AddSingleton<MediatR.INotificationHandler<RolloutTransitioned>>(Heard);
        if (_beforeStatement is not null)
        {
            services.AddSingleton(_ => new SqliteDatabase(Options.Standalone.Database, _beforeStatement));
        }

        _more?.Invoke(services);
    });
}

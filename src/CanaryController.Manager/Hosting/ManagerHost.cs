using System.Text.Json;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Telemetry;

namespace CanaryController.Manager.Hosting;

/// <summary>Puts the process together.</summary>
internal static class ManagerHost
{
    /// <summary>How many connections the API serves at once, event streams among them; further ones are closed.</summary>
    private const int MaxConnections = 1_000;

    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(10);

    /// <summary>Builds the host, with its database open.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="time">The clock; null = the real one.</param>
    /// <param name="overrides">Replaces services: what tests put in the place of the gateway and Prometheus.</param>
    /// <exception cref="DatabaseUnusableException">The database cannot be opened.</exception>
    /// <exception cref="KubeConnectionException">There is no usable way to the API server.</exception>
    public static WebApplication Build(ManagerOptions options, TimeProvider? time = null, Action<IServiceCollection>? overrides = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "canary-manager" });
        ManagerLogging.Add(builder.Logging, options.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = CommandEndpoint.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        });
        builder.WebHost.UseUrls([.. new[] { options.Api.Listen, options.Probes.Listen }.OfType<Uri>().Select(address => address.GetLeftPart(UriPartial.Authority))]);
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        builder.Services.AddManager(options, time ?? TimeProvider.System);
        overrides?.Invoke(builder.Services);
        var app = builder.Build();
        try
        {
            Load(app.Services, options);
        }
        catch (Exception wrong) when (wrong is DatabaseUnusableException or KubeConnectionException)
        {
            ((IDisposable)app).Dispose();
            throw;
        }

        MapAll(app);
        return app;
    }

    /// <summary>Reads what is kept, all of it, before anything begins: what cannot be read is said once, and nothing starts with half of it.</summary>
    private static void Load(IServiceProvider services, ManagerOptions options)
    {
        if (options.Mode is RunMode.Kubernetes)
        {
            services.GetRequiredService<KubeConnection>();
            return;
        }

        var database = options.Standalone.Database;
        try
        {
            services.GetRequiredService<SqliteDatabase>();
            services.GetRequiredService<RolloutCatalog>();
            services.GetRequiredService<SqliteRolloutStore>();
            services.GetRequiredService<SqliteCommands>();
        }
        catch (Exception wrong) when (wrong is StoreUnavailableException or JsonException or ArgumentException or FormatException or InvalidCastException)
        {
            throw new DatabaseUnusableException($"{database}: {wrong.Message} It is damaged: restore it from a backup, or move it away to begin with an empty one.", wrong);
        }
    }

    private static void MapAll(WebApplication app)
    {
        var access = app.Services.GetRequiredService<ApiAccess>();
        app.Use(next => context => ApiProblems.InvokeAsync(context, next));
        app.UseRouting();
        app.Use(next => context => access.InvokeAsync(context, next));
        app.Services.GetRequiredService<RolloutEndpoints>().Map(app);
        app.Services.GetRequiredService<FreezeEndpoints>().Map(app);
        app.Services.GetRequiredService<GateEndpoint>().Map(app);
        app.Services.GetRequiredService<CommandEndpoint>().Map(app);
        app.Services.GetRequiredService<ApprovalWebhookEndpoint>().Map(app);
        app.Services.GetRequiredService<SlackEndpoint>().Map(app);
        app.Services.GetRequiredService<EventEndpoint>().Map(app);
        app.Services.GetRequiredService<ProbeEndpoints>().Map(app);
        app.MapOpenApi(ApiDescription.Path);
        app.MapFallback(() => ApiProblems.Of(StatusCodes.Status404NotFound, "No such resource", "The API's paths begin with /v1."));
        app.UseEndpoints(_ => { });
        app.Services.GetRequiredService<LifetimeLog>();
    }
}

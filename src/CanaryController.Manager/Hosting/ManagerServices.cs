using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Approvals;
using CanaryController.Manager.Gates;
using CanaryController.Manager.Kubernetes.Access;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Telemetry;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Manager.Traffic.Gateway;
using CanaryController.Manager.Traffic.HAProxy;
using CanaryController.Manager.Traffic;
using MediatR;
using Prometheus;

namespace CanaryController.Manager.Hosting;

/// <summary>The services of the process, slice by slice.</summary>
internal static class ManagerServices
{
    /// <summary>Adds all of them.</summary>
    public static IServiceCollection AddManager(this IServiceCollection services, ManagerOptions options, TimeProvider time)
    {
        services.AddSingleton(time).AddSingleton(options).AddSingleton(options.Api).AddSingleton(options.Probes).AddSingleton(options.Outbound).AddSingleton(options.Fleet).AddSingleton(new WorkerOptions(options.Workers));
        services.AddTelemetry().AddRollouts().AddNotifications().AddGates().AddApi().AddApprovals(options.ApprovalWebhooks, options.Slack).AddSchedule(options.Mode, time).AddPrometheusEvidence(options.Prometheus);
        return options.Mode switch
        {
            RunMode.Standalone => services.AddStandalone(options.Standalone).AddGatewayRouter(options.Gateways).AddConsulRouter(options.Consuls).AddHAProxyRouter(options.HAProxies).AddSingleton<ITrafficRouter, PlainRouters>(),
            RunMode.Kubernetes => services.AddKubernetes(options.Kubernetes).AddClusterAccess(options.Api.KubernetesTokens),
        };
    }

    private static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        var registry = Metrics.NewCustomRegistry();
        services.AddSingleton(registry);
        services.AddSingleton<IMetricFactory>(Metrics.WithCustomRegistry(registry));
        services.AddSingleton<RolloutMetrics>().AddSingleton<LifetimeLog>();
        services.AddSingleton<INotificationHandler<RolloutTransitioned>, TransitionLog>();
        services.AddSingleton<INotificationHandler<RolloutTransitioned>, TransitionCounter>();
        return services;
    }

    private static IServiceCollection AddRollouts(this IServiceCollection services)
    {
        services.AddSingleton(provider => new Backoff(new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64))));
        services.AddSingleton<RolloutQueue>().AddSingleton<IRolloutWaker>(provider => provider.GetRequiredService<RolloutQueue>());
        services.AddSingleton<RolloutObserver>().AddSingleton<EffectExecutor>().AddSingleton<RolloutLeaver>().AddSingleton<RolloutReconciler>();
        services.AddSingleton<RolloutWindows>().AddSingleton<UnderWayLimit>();
        services.AddSingleton<LiveRollouts>().AddSingleton<CommandDesk>().AddSingleton<CommandIntake>();
        services.AddSingleton<ServiceFactory>(provider => provider.GetService!).AddSingleton<IMediator, FairMediator>();
        return services;
    }

    private static IServiceCollection AddStandalone(this IServiceCollection services, StandaloneOptions options)
    {
        services.AddSingleton(_ => new SqliteDatabase(options.Database));
        services.AddSingleton<SqliteCommands>().AddSingleton<SqliteEvents>().AddSingleton<SqliteSpecs>();
        services.AddSingleton<SqliteRolloutStore>().AddSingleton<IRolloutStore>(provider => provider.GetRequiredService<SqliteRolloutStore>());
        services.AddSingleton<ForeignWorkloads>().AddSingleton<IWorkloads>(provider => provider.GetRequiredService<ForeignWorkloads>());
        services.AddSingleton<IAskedRevisions>(provider => provider.GetRequiredService<ForeignWorkloads>()).AddSingleton<ILeadership, SoleLeadership>().AddSingleton<IReadiness, StandaloneReadiness>();
        services.AddSingleton<ICommands>(provider => provider.GetRequiredService<SqliteCommands>());
        services.AddSingleton<IEventLog>(provider => provider.GetRequiredService<SqliteEvents>());
        services.AddSingleton<IRolloutTextReader, RolloutTextReader>().AddSingleton<ISlackMessages, SqliteSlackMessages>();
        services.AddSingleton<SqliteFreezes>().AddSingleton<FreezeCatalog>().AddSingleton<IFreezes>(provider => provider.GetRequiredService<FreezeCatalog>()).AddSingleton<IFreezeKeeper>(provider => provider.GetRequiredService<FreezeCatalog>());
        services.AddSingleton(provider => new RolloutFolder(options.Folder, provider.GetRequiredService<IRolloutTextReader>()));
        services.AddSingleton<FolderChannels>().AddSingleton<INotificationChannels>(provider => provider.GetRequiredService<FolderChannels>()).AddSingleton<ISecretTexts, FolderSecrets>();
        services.AddSingleton<SqliteDeliveries>().AddSingleton<IDeliveryMemory>(provider => provider.GetRequiredService<SqliteDeliveries>()).AddSingleton<DeliveryFeed>();
        services.AddSingleton<INotificationHandler<RolloutTransitioned>>(provider => provider.GetRequiredService<DeliveryFeed>());
        services.AddSingleton<INotificationHandler<GateDecided>>(provider => provider.GetRequiredService<DeliveryFeed>());
        services.AddSingleton<RolloutCatalog>().AddSingleton<IRolloutResources>(provider => provider.GetRequiredService<RolloutCatalog>());
        services.AddSingleton<TransitionAnnouncer>().AddSingleton<ITransitionSignal>(provider => provider.GetRequiredService<TransitionAnnouncer>());
        services.AddSingleton<FolderWatcher>();

        // In this order: the outbox is emptied, the workers wait, the folder gives them work. They stop the other way round.
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<TransitionAnnouncer>());
        services.AddHostedService<RolloutWorkers>();
        services.AddHostedService(provider => provider.GetRequiredService<FolderWatcher>());
        return services;
    }

    private static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddSingleton<IApiAuthority, ConfiguredTokens>().AddSingleton<ApiAccess>().AddSingleton<RolloutEndpoints>().AddSingleton<FreezeEndpoints>().AddSingleton<LeaderRelay>().AddSingleton<CommandEndpoint>();
        services.AddSingleton<EventEndpoint>().AddSingleton<ProbeEndpoints>().AddApiDescription();
        services.AddSingleton<GateEndpoint>().AddSingleton<GateBell>().AddSingleton<EventPulse>();
        services.AddSingleton<INotificationHandler<RolloutTransitioned>>(provider => provider.GetRequiredService<GateBell>());
        services.AddSingleton<INotificationHandler<RolloutTransitioned>>(provider => provider.GetRequiredService<EventPulse>());
        return services;
    }
}

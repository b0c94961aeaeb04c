using CanaryController.Manager.Notifications.Webhooks;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Notifications;

/// <summary>Registers the outbox and its destinations. Where transitions and Secrets come from is registered with the mode.</summary>
internal static class NotificationRegistration
{
    /// <summary>Adds them, and the client for everything that goes to addresses of users.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<IHostAddresses, SystemHostAddresses>().AddSingleton<OutboundClient>();
        services.AddSingleton<OutboxMetrics>().AddSingleton<NotificationRoutes>().AddSingleton<WebhookSigner>();
        services.AddSingleton<INotificationDestination, WebhookDestination>();
        services.AddSingleton(provider => new NotificationOutbox(
            provider.GetRequiredService<INotificationChannels>(),
            provider.GetServices<INotificationDestination>(),
            provider.GetRequiredService<OutboundOptions>(),
            provider.GetRequiredService<OutboxMetrics>(),
            new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64)),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<NotificationOutbox>>(),
            provider.GetService<IDeliveryMemory>()));
        services.AddHostedService(provider => provider.GetRequiredService<NotificationOutbox>());
        return services;
    }
}

using CanaryController.Manager.Approvals.Signed;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Manager.Notifications;

namespace CanaryController.Manager.Approvals;

/// <summary>Registers the ways by which approvals come beside the API's commands and objects, and Slack as a place that is told. Where its messages are remembered is registered with the mode.</summary>
internal static class ApprovalsRegistration
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddApprovals(this IServiceCollection services, ApprovalWebhookOptions webhooks, SlackOptions slack)
    {
        services.AddSingleton(webhooks).AddSingleton<WebhookKeys>().AddSingleton<SignedRequestMetrics>();
        services.AddSingleton(provider => new ReplayMemory(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ApprovalWebhookEndpoint>();
        services.AddSingleton(slack).AddSingleton<SlackApi>().AddSingleton<SlackGroups>().AddSingleton<SlackEndpoint>().AddSingleton<SlackClicks>();
        services.AddSingleton<INotificationDestination, SlackDestination>();
        services.AddHostedService(provider => provider.GetRequiredService<SlackClicks>());
        return services;
    }
}

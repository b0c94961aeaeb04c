using CanaryController.Manager.Approvals.Signed;
using CanaryController.Manager.Approvals.Webhooks;

namespace CanaryController.Manager.Approvals;

/// <summary>Registers the ways by which approvals come beside the API's commands and objects.</summary>
internal static class ApprovalsRegistration
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddApprovals(this IServiceCollection services, ApprovalWebhookOptions webhooks)
    {
        services.AddSingleton(webhooks).AddSingleton<WebhookKeys>().AddSingleton<SignedRequestMetrics>();
        services.AddSingleton(provider => new ReplayMemory(provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<ApprovalWebhookEndpoint>();
    }
}

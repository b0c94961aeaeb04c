using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Gates;

/// <summary>Registers the gates.</summary>
internal static class GateRegistration
{
    /// <summary>Adds <see cref="IGates"/>. Needs what <c>AddNotifications</c> adds.</summary>
    public static IServiceCollection AddGates(this IServiceCollection services) =>
        services.AddSingleton<GateMetrics>().AddSingleton<GateCaller>().AddSingleton<IGates, GateDesk>();
}

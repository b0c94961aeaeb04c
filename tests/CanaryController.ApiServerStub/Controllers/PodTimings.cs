namespace CanaryController.ApiServerStub.Controllers;

/// <summary>How long the simulated nodes take.</summary>
/// <param name="ReadyFrom">The shortest time from a pod's creation until it runs and is ready.</param>
/// <param name="ReadyTo">The longest; each pod draws its own time between the two.</param>
/// <param name="Gone">From the deletion of a pod that is on a node until it is gone.</param>
public sealed record PodTimings(TimeSpan ReadyFrom, TimeSpan ReadyTo, TimeSpan Gone)
{
    /// <summary>30 to 100 ms until ready, 50 ms until gone.</summary>
    public static PodTimings Default { get; } = new(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50));
}

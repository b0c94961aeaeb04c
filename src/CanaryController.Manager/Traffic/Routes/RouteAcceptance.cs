namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What the system that carries out an object says of the object as it stands. No API says when the last proxy has it.</summary>
/// <param name="IsTakenUp">It was understood, and nobody refuses it.</param>
/// <param name="Problem">Who refuses it and why, in one sentence; null when nobody does.</param>
internal readonly record struct RouteAcceptance(bool IsTakenUp, string? Problem)
{
    /// <summary>
    /// Why no request follows it although it was understood, in one sentence with what mends it; null when they do. It keeps requests from a canary, and never keeps them from returning to stable.
    /// </summary>
    public string? Obstacle { get; init; }
}

/// <summary>What one of the controllers says that carry an object.</summary>
/// <param name="Controller">As the status names it: <c>linkerd.io/policy-controller</c>.</param>
/// <param name="Acceptance">What it says.</param>
internal readonly record struct ControllerAcceptance(string Controller, RouteAcceptance Acceptance);

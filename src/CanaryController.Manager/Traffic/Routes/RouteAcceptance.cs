namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What the system that carries out an object says of the object as it stands. No API says when the last proxy has it.</summary>
/// <param name="IsTakenUp">It was understood, and nobody refuses it.</param>
/// <param name="Problem">Who refuses it and why, in one sentence; null when nobody does.</param>
internal readonly record struct RouteAcceptance(bool IsTakenUp, string? Problem);

/// <summary>What one of the controllers says that carry an object.</summary>
/// <param name="Controller">As the status names it: <c>linkerd.io/policy-controller</c>.</param>
/// <param name="Acceptance">What it says.</param>
internal readonly record struct ControllerAcceptance(string Controller, RouteAcceptance Acceptance);

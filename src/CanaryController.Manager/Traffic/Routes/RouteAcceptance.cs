namespace CanaryController.Manager.Traffic.Routes;

/// <summary>What the system that carries out an object says of the object as it stands. No API says when the last proxy has it.</summary>
/// <param name="IsTakenUp">It was understood, and nobody refuses it.</param>
/// <param name="Problem">Who refuses it and why, in one sentence; null when nobody does.</param>
internal readonly record struct RouteAcceptance(bool IsTakenUp, string? Problem);

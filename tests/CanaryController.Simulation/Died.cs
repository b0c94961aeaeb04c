namespace CanaryController.Simulation;

/// <summary>The process was killed here.</summary>
internal sealed class Died : Exception;

namespace CanaryController.Examples.Demo;

/// <summary>The demo cannot go on; the message says why to the person who started it.</summary>
internal sealed class DemoException(string message) : Exception(message);

namespace CanaryController.EndToEnd.Tests;

/// <summary>Tests that start the demo: each wants the machine for itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DemoTests
{
    /// <summary>The collection's name.</summary>
    public const string Name = "demo";
}

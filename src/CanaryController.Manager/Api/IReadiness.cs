namespace CanaryController.Manager.Api;

/// <summary>Whether the process can do its work.</summary>
internal interface IReadiness
{
    /// <summary>Why it cannot, in one sentence; null when it can.</summary>
    string? Problem { get; }
}

namespace CanaryController.Manager.Kubernetes;

/// <summary>Who leads now, and since which change of leadership.</summary>
internal interface IFence
{
    /// <summary>
    /// <c>HOLDER-TERM</c>, as it is written into objects before anything is done about them in this term: a write of an earlier leader, conditional on what it read before, then
    /// fails.
    /// </summary>
    string Token { get; }
}

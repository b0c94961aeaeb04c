namespace CanaryController.Core.Analysis;

/// <summary>What to judge, and from when.</summary>
/// <param name="Revision">The revision, handed through.</param>
/// <param name="Attempt">The attempt, handed through.</param>
/// <param name="StepIndex">The present step, handed through.</param>
/// <param name="StepSince">When the router took the step's split up; null = not yet, then nothing passes.</param>
/// <param name="MinRequests">The canary requests that the step asks for; taken as 1 at least.</param>
/// <param name="Metrics">The metrics in force at this step: the policy's and the step's own, all of them in the plan.</param>
/// <param name="Now">The moment.</param>
public readonly record struct JudgeRequest(
    string Revision, int Attempt, int StepIndex, DateTimeOffset? StepSince, long MinRequests, EquatableArray<MetricSpec> Metrics, DateTimeOffset Now);

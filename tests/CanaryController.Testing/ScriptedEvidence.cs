using System.Collections.Concurrent;
using CanaryController.Core;
using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Resources;

namespace CanaryController.Testing;

/// <summary>Evidence that says what the test wants: every metric passes on enough requests unless told otherwise.</summary>
internal sealed class ScriptedEvidence : IEvidence
{
    private readonly ConcurrentDictionary<RolloutKey, EvidenceRequest> _tracked = new();

    /// <summary>What all metrics of all rollouts come to.</summary>
    public Verdict Verdict { get; set; } = Verdict.Passed;

    /// <summary>The value that all metrics have.</summary>
    public double Value { get; set; } = 0.5;

    /// <summary>Thrown instead of an answer, for the rollout named so.</summary>
    public Func<RolloutKey, Exception?> Failure { get; set; } = _ => null;

    /// <summary>The rollouts that evidence is gathered for.</summary>
    public IReadOnlyCollection<RolloutKey> Tracked => [.. _tracked.Keys];

    /// <inheritdoc/>
    public void Track(EvidenceRequest request) => _tracked[request.Key] = request;

    /// <inheritdoc/>
    public void Forget(RolloutKey key) => _tracked.TryRemove(key, out _);

    /// <inheritdoc/>
    public AnalysisObservation? Observe(RolloutKey key, RolloutState state, DateTimeOffset now)
    {
        if (Failure(key) is { } failure)
        {
            throw failure;
        }

        return state.TrafficSince is null || state.CanaryRevision is null || !_tracked.TryGetValue(key, out var request)
            ? null
            : new(state.CanaryRevision, state.Attempt, state.StepIndex, 1_000_000, Judge(request.Spec.Analysis));
    }

    private EquatableArray<MetricJudgement> Judge(AnalysisPolicy analysis) =>
    [
        .. analysis.Metrics.Select(metric => new MetricJudgement
        {
            Name = metric.Name,
            Verdict = Verdict,
            Value = Value,
            Requests = 1_000_000,
            Evidence = Verdict is Verdict.Failed ? 3 : 0,
            EvidenceLimit = 3,
            Message = $"{metric.Name} is {Verdict}, says the test.",
        }),
    ];
}

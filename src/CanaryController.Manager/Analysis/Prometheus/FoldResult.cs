using CanaryController.Resources;

namespace CanaryController.Manager.Analysis.Prometheus;

/// <summary>A rollout to decide about.</summary>
internal readonly record struct Wake(RolloutKey Key, bool Urgent);

/// <summary>What folding an answer came to.</summary>
internal readonly record struct FoldResult(QueryResult Read, int NewSamples, long NewestMs, IReadOnlyList<Wake> NewFailures);

using System.Collections.Immutable;

namespace CanaryController.Gateway.Routing;

/// <summary>A split came into force.</summary>
/// <param name="Generation">Its generation.</param>
/// <param name="At">When.</param>
/// <param name="Weights">Basis points by version.</param>
internal sealed record SplitChange(long Generation, DateTimeOffset At, ImmutableSortedDictionary<string, int> Weights);

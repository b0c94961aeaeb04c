using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>
/// What was read of specs without a fault, by their <see cref="FormText"/>: the next rollout with the same one is neither read nor checked again, and shares its steps and metrics. It remembers a
/// bounded number, and begins anew when it is full: that costs time, never correctness. For all threads.
/// </summary>
internal static class RolloutForms
{
    private const int MaxForms = 512;

    private static readonly ConcurrentDictionary<byte[], KnownForm> _known = new(new ByBytes());

    /// <summary>The one with this text; null when none was kept.</summary>
    public static KnownForm? Find(ReadOnlySpan<byte> text) => _known.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out var known) ? known : null;

    /// <summary>Keeps what was read without a fault.</summary>
    public static void Keep(ReadOnlySpan<byte> text, Rollout rollout, RolloutSpec spec)
    {
        if (_known.Count >= MaxForms)
        {
            _known.Clear();
        }

        _known[text.ToArray()] = new(rollout, spec);
    }

    private sealed class ByBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>A spec that was read without a fault.</summary>
/// <param name="Rollout">One that had it.</param>
/// <param name="Spec">The same in Core's words, which know no names.</param>
internal sealed record KnownForm(Rollout Rollout, RolloutSpec Spec)
{
    /// <summary>The same with other names.</summary>
    public Rollout Named(FormNames names)
    {
        var spec = Rollout.Spec;
        return Rollout with
        {
            Metadata = Rollout.Metadata with { Name = names.Name, Namespace = names.Namespace },
            Spec = spec with
            {
                Workload = names.Workload is { } workload ? spec.Workload with { Name = workload } : spec.Workload,
                Service = names.Service is { } service && spec.Service is { } known ? known with { Name = service } : spec.Service,
                Traffic = names.Route is { } route && spec.Traffic.GatewayApi is { } api
                    ? spec.Traffic with { GatewayApi = api with { HttpRoutes = [api.HttpRoutes[0] with { Name = route }] } }
                    : spec.Traffic,
            },
        };
    }
}

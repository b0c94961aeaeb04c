using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>What a split of a service-splitter sends to.</summary>
internal enum SplitRole
{
    /// <summary>The stable version's instances.</summary>
    Stable,

    /// <summary>The canary's.</summary>
    Canary,

    /// <summary>The service as it is without a subset of a version.</summary>
    Whole,

    /// <summary>A subset of ours for a version that is neither any more.</summary>
    Former,

    /// <summary>Anything else, which is nobody's business of ours.</summary>
    Foreign,
}

/// <summary>One split.</summary>
/// <param name="Role">What it sends to.</param>
/// <param name="BasisPoints">Its weight.</param>
/// <param name="Target">What it sends to, for people.</param>
/// <param name="Json">The split itself.</param>
internal sealed record ServiceSplit(SplitRole Role, int BasisPoints, string Target, JsonObject Json);

/// <summary>The splits of a service-splitter, told apart by what they send to.</summary>
internal sealed class ServiceSplits
{
    private readonly ConsulVersions _versions;

    private ServiceSplits(ConsulVersions versions, IReadOnlyList<ServiceSplit> all) => (_versions, All) = (versions, all);

    /// <summary>All of them, in the entry's order.</summary>
    public IReadOnlyList<ServiceSplit> All { get; }

    /// <summary>Nothing is divided: all requests go to the service as it is.</summary>
    public bool IsWhole => All.All(split => split.Role is SplitRole.Whole || split.BasisPoints == 0);

    /// <summary>The canary has a split, if there is one.</summary>
    public bool NamesCanary => _versions.Canary is not null && Find(SplitRole.Canary) is not null;

    /// <summary>Reads the splits of an entry; without an entry the service is whole.</summary>
    /// <param name="splitter">The entry.</param>
    /// <param name="versions">The versions.</param>
    /// <param name="resolver">The resolver, which says what the default subset is and which subsets are ours.</param>
    /// <param name="client">The agent, whose namespace and partition are the service's.</param>
    public static ServiceSplits Of(JsonArray? splitter, ConsulVersions versions, JsonObject? resolver, ConsulClient client)
    {
        var standard = resolver.Text("DefaultSubset");
        var ours = ConsulNote.Of(resolver)?.Subsets ?? [];
        return new(versions, [.. (splitter ?? []).OfType<JsonObject>().Select(split =>
        {
            var (service, subset) = (split.Text("Service") ?? versions.Service, split.Text("ServiceSubset"));
            var isHere = service == versions.Service && IsPlace(split.Text("Namespace"), client.Namespace) && IsPlace(split.Text("Partition"), client.Partition);
            var role = !isHere ? SplitRole.Foreign
                : subset == versions.StableSubset ? SplitRole.Stable
                : subset is not null && subset == versions.CanarySubset ? SplitRole.Canary
                : subset is null || subset == standard ? SplitRole.Whole
                : ours.Contains(subset) ? SplitRole.Former
                : SplitRole.Foreign;
            return new ServiceSplit(role, Points(split), subset is null ? $"service {service}" : $"subset {subset} of service {service}", split);
        })]);
    }

    /// <summary>The first split of that role; null when there is none.</summary>
    public ServiceSplit? Find(SplitRole role) => All.FirstOrDefault(split => split.Role == role);

    /// <summary>The canary's share; null when the splits say something that two versions cannot express.</summary>
    public CanaryWeight? Weight() =>
        Foreign() is null && !IsWhole && All.Where(split => split.BasisPoints > 0).All(split => split.Role is SplitRole.Stable or SplitRole.Canary)
            && All.Sum(split => split.BasisPoints) == CanaryWeight.WholeBasisPoints
            ? CanaryWeight.FromBasisPoints(All.Where(split => split.Role is SplitRole.Canary).Sum(split => split.BasisPoints))
            : null;

    /// <summary>What gets requests that this rollout does not lead, in one sentence; null when nothing does.</summary>
    public string? Foreign() => All.FirstOrDefault(split => split is { Role: SplitRole.Foreign, BasisPoints: > 0 }) is { } foreign
        ? $"service-splitter {_versions.Service} sends {foreign.BasisPoints / 100m:0.##} % to {foreign.Target}, which is neither {_versions.Stable} nor {_versions.Canary ?? "a canary"}: take that split out, because a rollout divides all of its service."
        : null;

    /// <summary>What the splits say, for people.</summary>
    public string Describe() => string.Join(", ", All.Take(10).Select(split => $"{split.BasisPoints / 100m:0.##} % to {split.Target}"));

    /// <summary>A weight is percent, in steps of 0.01; what Consul answers is the shortest text of a float32.</summary>
    private static int Points(JsonObject split) =>
        split["Weight"] is JsonValue value && value.TryGetValue(out double percent) && percent is > 0 and <= 100 ? (int)Math.Round(percent * 100) : 0;

    private static bool IsPlace(string? named, string? configured) => named is null || named == (configured ?? "default");
}

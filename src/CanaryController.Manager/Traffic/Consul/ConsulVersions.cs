namespace CanaryController.Manager.Traffic.Consul;

/// <summary>The two versions that share a service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Stable">The stable version.</param>
/// <param name="Canary">The canary; null when there is none.</param>
internal sealed record ConsulVersions(string Service, string Stable, string? Canary)
{
    /// <summary>Stable's subset.</summary>
    public string StableSubset { get; } = VersionSubset.NameOf(Stable);

    /// <summary>The canary's subset; null when there is no canary.</summary>
    public string? CanarySubset { get; } = Canary is null ? null : VersionSubset.NameOf(Canary);

    /// <summary>The versions and their subsets, stable first.</summary>
    public IEnumerable<(string Version, string Subset)> All => Canary is null ? [(Stable, StableSubset)] : [(Stable, StableSubset), (Canary, CanarySubset!)];

    /// <summary>The same service while these are its versions.</summary>
    public static ConsulVersions Of(string service, string stable, string? canary) => new(service, stable, canary == stable ? null : canary);
}

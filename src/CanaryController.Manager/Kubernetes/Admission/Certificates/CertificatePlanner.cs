namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>
/// Decides what is made when, from what is stored and the time alone. A serving certificate is made only from a CA that the API server trusts already; a CA leaves the bundle when it has expired.
/// The clocks of API server, replicas and leader may differ by <see cref="Skew"/>.
/// </summary>
internal static class CertificatePlanner
{
    /// <summary>How far clocks may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>How long a CA lives. Renewed when a third is left.</summary>
    public static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(5 * 365);

    /// <summary>How long a serving certificate lives. Renewed when a third is left.</summary>
    public static readonly TimeSpan LeafLife = TimeSpan.FromDays(90);

    /// <summary>How much before its making a certificate begins to be valid: clocks that are behind accept it.</summary>
    public static readonly TimeSpan Backdating = 2 * Skew;

    /// <summary>How long a new CA has been published before a certificate that works is replaced by one that it signed: several API servers follow the configurations, each in its own time.</summary>
    public static readonly TimeSpan TrustDelay = Skew;

    /// <summary>The same where somebody else copies the bundle, and nothing can be seen of it.</summary>
    public static readonly TimeSpan BlindTrustDelay = TimeSpan.FromDays(7);

    /// <summary>How many CAs the bundle holds.</summary>
    public const int MaxAuthorities = 4;

    /// <summary>The longest time without a look.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromDays(1);

    private const int Thirds = 3;

    /// <summary>The plan where certificates are mounted: the Secret holds the key of stamps only.</summary>
    public static CertificatePlan PlanMounted(CertificateFacts stored, DateTimeOffset now) => new() { MakeStampKey = !stored.HasStampKey, LookAgainAt = now + LongestRest };

    /// <summary>The plan.</summary>
    /// <param name="stored">What the Secret holds.</param>
    /// <param name="published">What the configurations say.</param>
    /// <param name="names">The names that the serving certificate has to carry.</param>
    /// <param name="now">The time.</param>
    public static CertificatePlan Plan(CertificateFacts stored, PublicationFacts published, IReadOnlyList<string> names, DateTimeOffset now)
    {
        var needsAuthority = stored.Bundle.Count == 0 || !stored.HasSigningKey || IsDue(stored.Bundle[0].NotBefore, stored.Bundle[0].NotAfter, now);
        var plan = new CertificatePlan { MakeStampKey = !stored.HasStampKey, MakeAuthority = needsAuthority, Drop = Dropped(stored, now), LookAgainAt = now };
        if (plan.ChangesSecret)
        {
            return plan;
        }

        if (published is { IsKnown: true, IsComplete: false })
        {
            return plan with { Publish = true };
        }

        var leafAt = LeafDueAt(stored, published, names, now);
        return leafAt <= now ? plan with { MakeLeaf = true } : plan with { LookAgainAt = Next(stored, leafAt, now) };
    }

    /// <summary>The moment from which a third is left.</summary>
    public static DateTimeOffset DueAt(DateTimeOffset notBefore, DateTimeOffset notAfter) => notAfter - ((notAfter - notBefore) / Thirds);

    private static bool IsDue(DateTimeOffset notBefore, DateTimeOffset notAfter, DateTimeOffset now) => now >= DueAt(notBefore, notAfter);

    /// <summary>Expired ones for every clock, and the oldest of too many; never the issuer of what is served.</summary>
    private static CanaryController.Core.EquatableArray<string> Dropped(CertificateFacts stored, DateTimeOffset now) =>
    [
        .. stored.Bundle
            .Where((authority, index) => (authority.NotAfter + Skew < now || index >= MaxAuthorities) && authority.Id != stored.Leaf?.Issuer)
            .Select(authority => authority.Id),
    ];

    /// <summary>When a serving certificate is made: at once when there is none that works, else when it is due or the CA has changed, and is trusted.</summary>
    private static DateTimeOffset LeafDueAt(CertificateFacts stored, PublicationFacts published, IReadOnlyList<string> names, DateTimeOffset now)
    {
        var signer = stored.Bundle[0];
        if (stored.Leaf is not { Issuer: { } issuer } leaf || leaf.NotBefore > now + Skew || leaf.NotAfter - Skew <= now || names.Except(leaf.Names, StringComparer.Ordinal).Any())
        {
            return now;
        }

        var due = DueAt(leaf.NotBefore, leaf.NotAfter);
        if (issuer == signer.Id)
        {
            return due;
        }

        var trusted = !published.IsKnown ? signer.NotBefore + Backdating + BlindTrustDelay : (published.SignerTrustedSince ?? DateTimeOffset.MaxValue - TrustDelay) + TrustDelay;
        return published.IsKnown || trusted > due ? trusted : due;
    }

    private static DateTimeOffset Next(CertificateFacts stored, DateTimeOffset leafAt, DateTimeOffset now)
    {
        var next = new[] { now + LongestRest, leafAt, DueAt(stored.Bundle[0].NotBefore, stored.Bundle[0].NotAfter) }.Min();
        return next > now ? next : now + TimeSpan.FromMinutes(1);
    }
}

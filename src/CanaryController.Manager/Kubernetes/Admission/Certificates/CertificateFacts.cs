using CanaryController.Core;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>What the Secret holds, as far as the plan depends on it.</summary>
internal sealed record CertificateFacts
{
    /// <summary>The CAs of the bundle, the newest first; empty when there is none that can be read.</summary>
    public EquatableArray<AuthorityFacts> Bundle { get; init; }

    /// <summary>The key of the first one is there: it signs.</summary>
    public bool HasSigningKey { get; init; }

    /// <summary>What is served; null when there is none, or it does not fit its key.</summary>
    public LeafFacts? Leaf { get; init; }

    /// <summary>The key of stamps is there.</summary>
    public bool HasStampKey { get; init; }
}

/// <summary>A CA.</summary>
/// <param name="Id">Tells it from others: the certificate's thumbprint.</param>
/// <param name="NotBefore">Valid from.</param>
/// <param name="NotAfter">Valid until.</param>
internal sealed record AuthorityFacts(string Id, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>A serving certificate.</summary>
/// <param name="Issuer">The id of the CA in the bundle that signed it; null when none did.</param>
/// <param name="Names">The names that it carries.</param>
/// <param name="NotBefore">Valid from.</param>
/// <param name="NotAfter">Valid until.</param>
internal sealed record LeafFacts(string? Issuer, EquatableArray<string> Names, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>What the webhook configurations say.</summary>
internal sealed record PublicationFacts
{
    /// <summary>Nobody's caBundle is kept by us, or none can be written: whether a CA is trusted cannot be known.</summary>
    public static PublicationFacts Unknown { get; } = new();

    /// <summary>There are configurations that we keep.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Each of them has the bundle as the Secret holds it.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Since when each of them has been seen to trust the CA that signs; null when one does not.</summary>
    public DateTimeOffset? SignerTrustedSince { get; init; }
}

/// <summary>What to do next, one thing at a time, and when to look again.</summary>
internal sealed record CertificatePlan
{
    /// <summary>Make the key of stamps.</summary>
    public bool MakeStampKey { get; init; }

    /// <summary>Make a CA and put it in front of the bundle.</summary>
    public bool MakeAuthority { get; init; }

    /// <summary>Make a serving certificate, signed by the first CA of the bundle.</summary>
    public bool MakeLeaf { get; init; }

    /// <summary>The ids of the CAs that leave the bundle.</summary>
    public EquatableArray<string> Drop { get; init; }

    /// <summary>Write the bundle, as the Secret holds it, to the configurations.</summary>
    public bool Publish { get; init; }

    /// <summary>Nothing happens before, unless something changes.</summary>
    public required DateTimeOffset LookAgainAt { get; init; }

    /// <summary>The Secret is to be written.</summary>
    public bool ChangesSecret => MakeStampKey || MakeAuthority || MakeLeaf || Drop.Count > 0;
}

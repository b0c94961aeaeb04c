using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>What the Secret holds, read. What cannot be read counts as missing.</summary>
/// <param name="Facts">What the plan depends on.</param>
/// <param name="Authorities">The bundle's CAs (PEM) by their ids, in the order of the facts.</param>
/// <param name="Signer">The CA that signs, with its key; null when it is not there.</param>
internal sealed record StoredCertificates(CertificateFacts Facts, IReadOnlyList<(string Id, string Pem)> Authorities, CertificatePair? Signer)
{
    /// <summary>The bundle as it is published.</summary>
    public string Bundle => Join(Authorities.Select(authority => authority.Pem));

    /// <summary>Several certificates in one text.</summary>
    public static string Join(IEnumerable<string> certificates) => string.Concat(certificates.Select(each => each.Trim() + "\n"));

    /// <summary>Reads it; null = there is no Secret.</summary>
    public static StoredCertificates Read(AdmissionSecret? secret)
    {
        var bundle = Certificates(secret?.Text(AdmissionSecret.AuthorityCertificate) ?? "");
        try
        {
            var signer = bundle.Count > 0 && secret?.Text(AdmissionSecret.AuthorityKey) is { } key ? Pair(bundle[0], key) : null;
            var facts = new CertificateFacts
            {
                Bundle = [.. bundle.Select(each => new AuthorityFacts(each.Thumbprint, new(each.NotBefore), new(each.NotAfter)))],
                HasSigningKey = signer is not null,
                Leaf = Leaf(secret, bundle),
                HasStampKey = secret?.StampKey is not null,
            };
            return new(facts, [.. bundle.Select(each => (each.Thumbprint, each.ExportCertificatePem()))], signer);
        }
        finally
        {
            foreach (var each in bundle)
            {
                each.Dispose();
            }
        }
    }

    private static X509Certificate2Collection Certificates(string pem)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            // As good as none: a new one is made.
        }

        return all;
    }

    private static CertificatePair? Pair(X509Certificate2 certificate, string key)
    {
        try
        {
            var pem = certificate.ExportCertificatePem();
            X509Certificate2.CreateFromPem(pem, key).Dispose();
            return new(pem, key);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static LeafFacts? Leaf(AdmissionSecret? secret, X509Certificate2Collection bundle)
    {
        if (secret?.Text(AdmissionSecret.Certificate) is not { } pem || secret.Text(AdmissionSecret.CertificateKey) is not { } key)
        {
            return null;
        }

        try
        {
            using var leaf = X509Certificate2.CreateFromPem(pem, key);
            var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(each => each.EnumerateDnsNames().Concat(each.EnumerateIPAddresses().Select(address => address.ToString())));
            return new(bundle.FirstOrDefault(authority => HasSigned(authority, leaf))?.Thumbprint, [.. names], new(leaf.NotBefore), new(leaf.NotAfter));
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whatever the time: the plan knows about that.</summary>
    private static bool HasSigned(X509Certificate2 authority, X509Certificate2 leaf)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(leaf);
    }
}

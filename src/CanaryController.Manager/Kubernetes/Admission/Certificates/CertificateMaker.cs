using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>A certificate and its key, both PEM.</summary>
internal sealed record CertificatePair(string Certificate, string Key)
{
    /// <summary>Without the key, whoever prints it.</summary>
    public override string ToString() => nameof(CertificatePair);
}

/// <summary>Makes certificates: ECDSA P-256, signed with SHA-256.</summary>
internal static class CertificateMaker
{
    private const int SerialBytes = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>A CA that signs serving certificates, and no other CA.</summary>
    public static CertificatePair Authority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=canary-controller admission {now.ToUniversalTime():yyyy-MM-ddTHHmmss}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var made = request.CreateSelfSigned(now - CertificatePlanner.Backdating, now + CertificatePlanner.AuthorityLife);
        return new(made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A serving certificate for <paramref name="names"/>, DNS names and IP addresses.</summary>
    /// <exception cref="CryptographicException">The authority cannot sign.</exception>
    public static CertificatePair Leaf(CertificatePair authority, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var issuer = X509Certificate2.CreateFromPem(authority.Certificate, authority.Key);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var (from, until) = (Later(now - CertificatePlanner.Backdating, new(issuer.NotBefore)), Earlier(now + CertificatePlanner.LeafLife, new(issuer.NotAfter)));
        using var made = request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(SerialBytes));
        return new(made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The names under which a Service of this namespace is called, and the address when only it is listened on.</summary>
    public static IReadOnlyList<string> Names(AdmissionOptions options, string ns)
    {
        List<string> names = [$"{options.Service}.{ns}.svc", $"{options.Service}.{ns}.svc.cluster.local", $"{options.Service}.{ns}", options.Service];
        var address = options.EndPoint.Address;
        if (!address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            names.Add(address.ToString());
        }

        return names;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>What new connections are served with. Replaced as a whole; a connection keeps what it began with.</summary>
internal sealed class ServingCertificate(ILogger<ServingCertificate> logger)
{
    private volatile SslStreamCertificateContext? _current;
    private string? _problem;

    /// <summary>The certificate with its intermediates; null as long as there is none.</summary>
    public SslStreamCertificateContext? Current => _current;

    /// <summary>Serves these from now on. What does not fit together is told and not taken: the one before stays.</summary>
    /// <param name="certificates">PEM: the certificate, then its intermediates.</param>
    /// <param name="key">PEM: its key.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "It belongs to the context, which connections use for as long as they like.")]
    public void Offer(string certificates, string key)
    {
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificates, key);
            if (_current?.TargetCertificate.Thumbprint == leaf.Thumbprint)
            {
                leaf.Dispose();
                return;
            }

            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificates);
            _current = SslStreamCertificateContext.Create(leaf, all, offline: true);
            _problem = null;
            logger.Serves(new DateTimeOffset(leaf.NotAfter).ToUniversalTime());
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            Report("The certificate and its key cannot be read, or do not belong together; the one before stays in use.");
        }
    }

    /// <summary>Says what is wrong, once until it is another thing.</summary>
    public void Report(string problem)
    {
        if (_problem != problem)
        {
            _problem = problem;
            logger.CertificateProblem(problem);
        }
    }
}

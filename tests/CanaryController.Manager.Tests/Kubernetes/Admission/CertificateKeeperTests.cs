using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Kubernetes.Client;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

public sealed class CertificateKeeperTests : IDisposable
{
    private static readonly AdmissionOptions Options = new() { Listen = new("https://127.0.0.1:9443") };
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly RecordingLog _log = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_made_is_read_back_as_what_it_is()
    {
        var now = AdmissionBed.Now;
        var (old, authority) = (CertificateMaker.Authority(now.AddDays(-1000)), CertificateMaker.Authority(now));
        var leaf = CertificateMaker.Leaf(old, CertificateMaker.Names(Options, "canary"), now);
        var stored = StoredCertificates.Read(Secret(
            ("ca.crt", StoredCertificates.Join([authority.Certificate, old.Certificate])), ("ca.key", authority.Key), ("tls.crt", leaf.Certificate), ("tls.key", leaf.Key), ("stamp.key", new string('k', 32))));

        Assert.True(stored.Facts is { HasSigningKey: true, HasStampKey: true, Bundle.Count: 2 });
        Assert.Equal(stored.Facts.Bundle[1].Id, stored.Facts.Leaf!.Issuer);
        Assert.Equal(now + CertificatePlanner.LeafLife, stored.Facts.Leaf.NotAfter);
        Assert.Contains("canary-controller-webhook.canary.svc", stored.Facts.Leaf.Names);
        Assert.Contains("127.0.0.1", stored.Facts.Leaf.Names);
        Assert.Equal(authority, stored.Signer! with { Certificate = authority.Certificate });
        Assert.DoesNotContain("PRIVATE", stored.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_or_does_not_belong_together_counts_as_missing()
    {
        var (one, other) = (CertificateMaker.Authority(AdmissionBed.Now), CertificateMaker.Authority(AdmissionBed.Now));
        var leaf = CertificateMaker.Leaf(other, ["a"], AdmissionBed.Now);
        Assert.Empty(StoredCertificates.Read(null).Facts.Bundle);
        Assert.Empty(StoredCertificates.Read(Secret(("ca.crt", "nonsense"))).Facts.Bundle);
        Assert.False(StoredCertificates.Read(Secret(("ca.crt", one.Certificate), ("ca.key", other.Key))).Facts.HasSigningKey);
        Assert.False(StoredCertificates.Read(Secret(("ca.crt", one.Certificate), ("ca.key", "nonsense"))).Facts.HasSigningKey);
        Assert.Null(StoredCertificates.Read(Secret(("tls.crt", leaf.Certificate), ("tls.key", one.Key))).Facts.Leaf);
        Assert.Null(StoredCertificates.Read(Secret(("ca.crt", one.Certificate), ("tls.crt", leaf.Certificate), ("tls.key", leaf.Key))).Facts.Leaf!.Issuer);
        Assert.False(StoredCertificates.Read(Secret(("stamp.key", "short"))).Facts.HasStampKey);
    }

    [Fact]
    public void Mounted_files_are_read_again_when_their_links_are_swapped_and_a_half_swapped_pair_is_not_taken()
    {
        var authority = CertificateMaker.Authority(TimeProvider.System.GetUtcNow());
        Mount("one", authority);
        var (certFile, keyFile) = (Path.Combine(_folder, "tls.crt"), Path.Combine(_folder, "tls.key"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "data"), "one");
        File.CreateSymbolicLink(certFile, "data/tls.crt");
        File.CreateSymbolicLink(keyFile, "data/tls.key");
        var serving = new ServingCertificate(_log.For<ServingCertificate>());
        using var mounted = new MountedCertificate(certFile, keyFile, serving, new FakeTimeProvider());
        mounted.Look();
        var first = serving.Current!.TargetCertificate.Thumbprint;

        Mount("two", authority);
        Directory.Delete(Path.Combine(_folder, "data"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "data"), "two");
        var key = File.ReadAllText(keyFile);
        File.Copy(Path.Combine(_folder, "one", "tls.key"), Path.Combine(_folder, "two", "tls.key"), overwrite: true);
        mounted.Look();
        Assert.Equal(first, serving.Current!.TargetCertificate.Thumbprint);
        File.WriteAllText(Path.Combine(_folder, "two", "tls.key"), key);
        mounted.Look();
        var second = serving.Current!.TargetCertificate.Thumbprint;
        Assert.NotEqual(first, second);

        File.Delete(certFile);
        mounted.Look();
        Assert.Equal(second, serving.Current!.TargetCertificate.Thumbprint);
    }

    private void Mount(string name, CertificatePair authority)
    {
        var leaf = CertificateMaker.Leaf(authority, ["localhost"], TimeProvider.System.GetUtcNow());
        Directory.CreateDirectory(Path.Combine(_folder, name));
        File.WriteAllText(Path.Combine(_folder, name, "tls.crt"), leaf.Certificate);
        File.WriteAllText(Path.Combine(_folder, name, "tls.key"), leaf.Key);
    }

    private static AdmissionSecret Secret(params (string Key, string Value)[] values)
    {
        var data = new JsonObject();
        foreach (var (key, value) in values)
        {
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = "s", ["namespace"] = "canary" }, ["data"] = data }.Project(AdmissionSecret.Project);
    }
}

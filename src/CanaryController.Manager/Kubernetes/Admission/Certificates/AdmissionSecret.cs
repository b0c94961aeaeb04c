using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>The Secret that keeps what all replicas share. Nothing of it is ever logged.</summary>
internal sealed class AdmissionSecret : ICached
{
    /// <summary>The CAs that the API server trusts (PEM), the one that signs first.</summary>
    public const string AuthorityCertificate = "ca.crt";

    /// <summary>The key of the CA that signs (PEM).</summary>
    public const string AuthorityKey = "ca.key";

    /// <summary>What is served (PEM).</summary>
    public const string Certificate = "tls.crt";

    /// <summary>The key of what is served (PEM).</summary>
    public const string CertificateKey = "tls.key";

    /// <summary>The key of stamps: 32 bytes. Made once.</summary>
    public const string Stamp = "stamp.key";

    /// <summary>The length of <see cref="Stamp"/>.</summary>
    public const int StampKeyBytes = 32;

    private static readonly string[] Kept = [AuthorityCertificate, AuthorityKey, Certificate, CertificateKey, Stamp];

    private readonly Dictionary<string, byte[]> _data;

    private AdmissionSecret(ObjectMeta meta, bool hasData, Dictionary<string, byte[]> data) => (Meta, HasData, _data) = (meta, hasData, data);

    /// <inheritdoc/>
    public ObjectMeta Meta { get; }

    /// <summary>It has <c>data</c>, if empty.</summary>
    public bool HasData { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>The key of stamps; null when there is none of at least <see cref="StampKeyBytes"/>.</summary>
    public byte[]? StampKey => Bytes(Stamp) is { Length: >= StampKeyBytes } key ? key : null;

    /// <summary>A value; null when it is missing.</summary>
    public byte[]? Bytes(string key) => _data.GetValueOrDefault(key);

    /// <summary>A value as text; null when it is missing.</summary>
    public string? Text(string key) => Bytes(key) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Reads an object of the API server.</summary>
    public static AdmissionSecret Project(JsonElement item)
    {
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var key in Kept)
        {
            if (item.At("data", key) is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out var bytes))
            {
                data[key] = bytes;
            }
        }

        return new(ObjectMeta.Read(item), item.At("data") is { ValueKind: JsonValueKind.Object }, data);
    }
}

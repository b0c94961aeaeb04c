using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Objects;

/// <summary>
/// Tells pod templates apart: the SHA-256 of a template's canonical JSON without the pod-template-hash label, so that a Deployment's and its ReplicaSet's are equal. Only
/// templates as the server returns them now are compared: a cluster upgrade adds its defaults to both.
/// </summary>
/// <param name="High">The first half.</param>
/// <param name="Low">The second half.</param>
internal readonly record struct TemplateId(UInt128 High, UInt128 Low)
{
    /// <summary>The alphabet of names that Kubernetes generates: no vowels, nothing that looks like something else.</summary>
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    private const int NameLength = 10;

    /// <summary>Grows to the largest template, which is well below the 1.5 MB of an object.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>Of a pod template; the default value for something else than an object.</summary>
    public static TemplateId Of(JsonElement? template)
    {
        if (template is not { ValueKind: JsonValueKind.Object } value)
        {
            return default;
        }

        var buffer = _buffer ??= new(4096);
        buffer.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            CanonicalJson.WriteTemplate(writer, value);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return new(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>
    /// A name for the revision with this template, of 10 characters. <paramref name="taken"/> are names of other revisions: it is never one of them.
    /// </summary>
    public string Name(IReadOnlyCollection<string> taken)
    {
        for (UInt128 salt = 0; ; salt++)
        {
            var name = Spell(High + salt);
            if (!taken.Contains(name) || salt > (UInt128)taken.Count)
            {
                return name;
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{High:x32}{Low:x32}";

    private static string Spell(UInt128 number) => string.Create(NameLength, number, static (name, rest) =>
    {
        for (var i = name.Length - 1; i >= 0; i--)
        {
            name[i] = Alphabet[(int)(rest % (UInt128)Alphabet.Length)];
            rest /= (UInt128)Alphabet.Length;
        }
    });
}

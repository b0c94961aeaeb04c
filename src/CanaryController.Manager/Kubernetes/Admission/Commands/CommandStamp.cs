using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Admission.Commands;

/// <summary>
/// Who created a RolloutCommand, as the API server said it to the webhook; the annotation <see cref="Marks.StampAnnotation"/> as JSON. It holds for that command only: the code over it covers
/// kind, namespace, name and spec too, and its key is known to the controller alone.
/// </summary>
/// <param name="User">The user name.</param>
/// <param name="Uid">The authenticator's id of the user; may be empty.</param>
/// <param name="Groups">The user's groups.</param>
/// <param name="Time">When it was stamped, to the second.</param>
/// <param name="Id">The admission request's id: no two stamps are the same.</param>
/// <param name="Code">HMAC-SHA256, base64.</param>
internal sealed record CommandStamp(string User, string Uid, IReadOnlyList<string> Groups, DateTimeOffset Time, string Id, string Code)
{
    private const string Form = "canarycontroller.io/stamp/v1";

    /// <summary>The longest annotation that is read, in characters.</summary>
    private const int MaxChars = 128 * 1024;

    /// <summary>Stamps.</summary>
    /// <param name="key">The key.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="time">Now.</param>
    /// <param name="id">The admission request's id.</param>
    /// <param name="subject">What is stamped.</param>
    public static CommandStamp Make(ReadOnlySpan<byte> key, AdmissionUser user, DateTimeOffset time, string id, StampSubject subject)
    {
        var stamp = new CommandStamp(user.Name, user.Uid, user.Groups, DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds()), id, "");
        return stamp with { Code = Convert.ToBase64String(stamp.CodeFor(key, subject)) };
    }

    /// <summary>Reads an annotation; null when it is no stamp, whoever wrote it.</summary>
    public static CommandStamp? Read(string? annotation)
    {
        if (annotation is not { Length: > 0 and <= MaxChars })
        {
            return null;
        }

        try
        {
            var stamp = JsonSerializer.Deserialize(annotation, CommandStampJson.Default.CommandStamp);
            return stamp is { User: not null, Uid: not null, Groups: not null, Id: not null, Code: not null } ? stamp : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The annotation.</summary>
    public string Write() => JsonSerializer.Serialize(this, CommandStampJson.Default.CommandStamp);

    /// <summary>It was made with this key for this subject. How long that takes says nothing about the right code.</summary>
    public bool IsFor(ReadOnlySpan<byte> key, StampSubject subject)
    {
        Span<byte> code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(Code, code, out var length) && length == code.Length && CryptographicOperations.FixedTimeEquals(code, CodeFor(key, subject));
    }

    private byte[] CodeFor(ReadOnlySpan<byte> key, StampSubject subject)
    {
        // One JSON array: no two different contents have the same text.
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            foreach (var part in new[] { Form, subject.Kind, subject.Namespace, subject.IsGenerated ? "generateName" : "name", subject.Name, subject.SpecHash, User, Uid, Id })
            {
                writer.WriteStringValue(part);
            }

            writer.WriteNumberValue(Time.ToUnixTimeSeconds());
            foreach (var group in Groups)
            {
                writer.WriteStringValue(group);
            }

            writer.WriteEndArray();
        }

        return HMACSHA256.HashData(key, bytes.WrittenSpan);
    }
}

/// <summary>What a stamp is for.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">The name, or what the API server made it from.</param>
/// <param name="IsGenerated">The name did not exist yet when it was stamped: <paramref name="Name"/> is generateName.</param>
/// <param name="SpecHash">SHA-256 of the spec's canonical JSON, base64.</param>
internal sealed record StampSubject(string Kind, string Namespace, string Name, bool IsGenerated, string SpecHash)
{
    /// <summary>The subject before it is stored.</summary>
    public static StampSubject Of(AdmissionRequest request)
    {
        var name = request.Object.Text("metadata", "name") ?? "";
        var isGenerated = name.Length == 0;
        return new(request.Kind, request.Name.Namespace, isGenerated ? request.Object.Text("metadata", "generateName") ?? "" : name, isGenerated, HashOf(request.Object));
    }

    /// <summary>
    /// Its label says that it stops a rollout, and its action is another. A server before Kubernetes 1.30 goes by the label and lets it in although no webhook answers: then a stamp on it is whatever its creator wrote.
    /// </summary>
    public static bool IsMislabelled(JsonElement item) =>
        item.Text("metadata", "labels", Marks.ActionLabel) is "abort" or "pause" && item.Text("spec", "action") is not ("Abort" or "Pause");

    /// <summary>The spec's hash.</summary>
    public static string HashOf(JsonElement item)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            CanonicalJson.Write(writer, item.At("spec") ?? default);
        }

        return Convert.ToBase64String(SHA256.HashData(bytes.WrittenSpan));
    }
}

/// <summary>JSON of stamps.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CommandStamp))]
internal sealed partial class CommandStampJson : JsonSerializerContext;

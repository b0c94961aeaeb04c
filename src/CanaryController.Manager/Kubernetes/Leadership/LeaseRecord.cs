using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Leadership;

/// <summary>What a Lease says.</summary>
/// <param name="Version">Its resourceVersion, which changes with each renewal.</param>
/// <param name="Holder">Who leads; empty = nobody.</param>
/// <param name="Term">leaseTransitions: how often the lease was taken.</param>
/// <param name="Duration">How long its holder wants to be waited for.</param>
internal sealed record LeaseRecord(string Version, string Holder, int Term, TimeSpan Duration)
{
    private const int MostSeconds = 3_600;
    private const int MaxAddressChars = 200;

    /// <summary>It has annotations.</summary>
    public bool HasAnnotations { get; init; }

    /// <summary>Where its holder's API is, by the holder's own word; null when that is not known.</summary>
    public Uri? Address { get; init; }

    /// <summary>Reads the object; what is missing or of another kind counts as nobody's.</summary>
    public static LeaseRecord Read(JsonObject lease)
    {
        var spec = lease["spec"] as JsonObject;
        return new(
            Text(lease["metadata"]?["resourceVersion"]),
            Text(spec?["holderIdentity"]),
            Number(spec?["leaseTransitions"]),
            TimeSpan.FromSeconds(Math.Clamp(Number(spec?["leaseDurationSeconds"]), 0, MostSeconds)))
        {
            HasAnnotations = lease["metadata"]?["annotations"] is JsonObject,
            Address = AddressOf(Text((lease["metadata"]?["annotations"] as JsonObject)?[Marks.AddressAnnotation]), Text(spec?["holderIdentity"])),
        };
    }

    /// <summary>What <paramref name="holder"/> writes about its address.</summary>
    public static string AddressText(string holder, Uri address) => $"{holder} {address.GetLeftPart(UriPartial.Authority)}";

    /// <summary>An address that another holder left behind is not this one's.</summary>
    private static Uri? AddressOf(string text, string holder) =>
        text.Length <= MaxAddressChars && text.Split(' ') is [var whose, var where] && whose == holder && Uri.TryCreate(where, UriKind.Absolute, out var address)
            && address is { Scheme: "http", PathAndQuery: "/", UserInfo: "" } && address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? address : null;

    /// <summary>The spec that says that <paramref name="holder"/> leads; times are for people, nobody decides by them.</summary>
    public static JsonObject Spec(string holder, int term, TimeSpan duration, DateTimeOffset acquiredAt, DateTimeOffset now) => new()
    {
        ["holderIdentity"] = holder,
        ["leaseDurationSeconds"] = (int)Math.Ceiling(duration.TotalSeconds),
        ["acquireTime"] = Time(acquiredAt),
        ["renewTime"] = Time(now),
        ["leaseTransitions"] = term,
    };

    /// <summary>A new Lease.</summary>
    public static JsonObject Object(ObjectName name, JsonObject spec, JsonObject? annotations)
    {
        var metadata = new JsonObject { ["name"] = name.Name, ["namespace"] = name.Namespace };
        if (annotations is not null)
        {
            metadata["annotations"] = annotations;
        }

        return new() { ["apiVersion"] = ObjectKind.Lease.ApiVersion, ["kind"] = ObjectKind.Lease.Kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static int Number(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number && node.AsValue().TryGetValue<int>(out var number) ? number : 0;
}

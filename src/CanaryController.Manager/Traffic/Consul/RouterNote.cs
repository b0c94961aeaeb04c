using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CanaryController.Core;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// What we remember in a service-router's Meta: under <c>canarycontroller.io/original</c> whether the entry was there before, and for each match a pair of its own, because Consul takes 512 characters a value.
/// </summary>
/// <param name="Existed">The entry was there before; otherwise we made it.</param>
/// <param name="Subset">The canary's subset, to which our routes lead.</param>
/// <param name="Picks">The matches, in order.</param>
internal sealed record RouterNote(bool Existed, string Subset, EquatableArray<RequestMatch> Picks)
{
    private const string Key = RouteAnnotations.Original;
    private const string Match = "canarycontroller.io/match-";

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter<RequestMatchKind>() },
    };

    /// <summary>What <paramref name="router"/> remembers; null when it has no routes of ours, or the note is not ours to read.</summary>
    public static RouterNote? Of(JsonObject? router)
    {
        if (router is null || ConsulEntry.MetaOf(router, Key) is not { } text)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text) is JsonObject note && note["existed"] is JsonValue existed && existed.TryGetValue(out bool was) && ((JsonNode)note).Text("subset") is { } subset
                ? new(was, subset, [.. Pairs(router).Select(pair => JsonSerializer.Deserialize<RequestMatch>(pair.Value, _options)).Where(pick => pick is { Name.Length: > 0, Value.Length: > 0 }).Select(pick => pick!)])
                : null;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException)
        {
            // A member that stands twice is an ArgumentException.
            return null;
        }
    }

    /// <summary>Writes it into an entry's Meta.</summary>
    /// <returns>Why that cannot be done, in one sentence; null when it could.</returns>
    public string? Write(JsonObject router, string service)
    {
        Clear(router);
        ConsulEntry.SetMeta(router, Key, new JsonObject { ["existed"] = Existed, ["subset"] = Subset }.ToJsonString());
        for (var index = 0; index < Picks.Count; index++)
        {
            var (key, text) = (string.Create(CultureInfo.InvariantCulture, $"{Match}{index + 1:00}"), JsonSerializer.Serialize(Picks[index], _options));
            if (text.Length > ConsulEntry.MaxMetaCharacters)
            {
                return $"The match by {Picks[index].Name} takes {text.Length} characters to remember in the Meta of service-router {service}, and Consul takes {ConsulEntry.MaxMetaCharacters}: match by a shorter value.";
            }

            ConsulEntry.SetMeta(router, key, text);
        }

        return router.Map("Meta")!.Count > ConsulEntry.MaxMetaPairs ? ConsulEntry.NoRoom(ConsulEntry.Router, service) : null;
    }

    /// <summary>Takes everything of ours out of an entry's Meta.</summary>
    public static void Clear(JsonObject router)
    {
        foreach (var key in Pairs(router).Select(pair => pair.Key).Append(Key).ToList())
        {
            ConsulEntry.SetMeta(router, key, null);
        }
    }

    private static IEnumerable<(string Key, string Value)> Pairs(JsonObject router) =>
        (router.Map("Meta") ?? []).Where(pair => pair.Key.StartsWith(Match, StringComparison.Ordinal)).Select(pair => (pair.Key, pair.Value?.ToString() ?? "")).OrderBy(pair => pair.Key, StringComparer.Ordinal);
}

using System.Globalization;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>
/// Reads what consul-k8s says of a resource: the condition <c>Synced</c> and <c>lastSyncedTime</c>, which name no generation. So a change notes the time that stood there before it, and is taken up once
/// another one does. Times have whole seconds: one of the last seconds could be that of the change too, and is not noted.
/// </summary>
internal static class SyncedStatus
{
    private static readonly TimeSpan _tooRecent = TimeSpan.FromSeconds(3);

    /// <summary>What it says.</summary>
    public static RouteAcceptance Read(JsonElement item, ObjectMeta meta, string kind)
    {
        var synced = item.Items("status", "conditions").FirstOrDefault(each => each.Text("type") == "Synced");
        if (synced.ValueKind is JsonValueKind.Undefined)
        {
            return new(false, $"consul-k8s has not looked at {kind} {meta.Name} yet.");
        }

        return synced.Text("status") switch
        {
            "True" => new(meta.Annotations.GetValueOrDefault(RouteAnnotations.AnsweredBefore) is not { Length: > 0 } before || before != At(item), null),
            "False" => new(false, $"Consul does not take {kind} {meta.Name}: {Why(synced)}."),
            _ => new(false, null),
        };
    }

    /// <summary>When it was written into Consul last, as the status has it; null when it never was.</summary>
    public static string? At(JsonElement item) => item.Text("status", "lastSyncedTime");

    /// <summary>What a change at <paramref name="now"/> notes of the time that the status has; empty when no answer to the change can be told from that one.</summary>
    public static string Mark(string? answeredAt, DateTimeOffset now) =>
        DateTimeOffset.TryParse(answeredAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && (now - at).Duration() > _tooRecent ? answeredAt! : "";

    private static string Why(JsonElement said) =>
        said.Text("message") is { Length: > 0 } message ? message.TrimEnd('.') : said.Text("reason") is { Length: > 0 } reason ? reason : "it does not say why";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;

namespace CanaryController.Manager.Notifications.Webhooks;

/// <summary>
/// The payload of Flagger's webhooks (v1.44): <c>{name, namespace, phase, checksum, metadata}</c>. The checksum is another one for each attempt of each revision, as receivers expect who store results by it.
/// </summary>
internal static class FlaggerPayload
{
    /// <summary>A payload with <paramref name="metadata"/> of the author's.</summary>
    public static WebhookPayload Of(RolloutKey rollout, RolloutPhase phase, string? revision, int attempt, IEnumerable<KeyValuePair<string, string>> metadata) => WebhookPayload.Json(json =>
    {
        json.WriteString("name", rollout.Name);
        json.WriteString("namespace", rollout.Namespace);
        json.WriteString("phase", Phase(phase));
        json.WriteString("checksum", Checksum(rollout, revision, attempt));
        json.WriteStartObject("metadata");
        foreach (var (name, value) in metadata)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });

    /// <summary>A notification, in the form of Flagger's event webhooks: their metadata are eventMessage, eventType and timestamp (Unix milliseconds).</summary>
    public static WebhookPayload Of(Notification notification)
    {
        var (message, isWarning) = notification switch
        {
            { Transition: { } transition } => (transition.Message, transition.To is RolloutPhase.Aborting or RolloutPhase.Aborted),
            { Gate: { } gate } => ($"Gate {gate.Name} {(gate.Passed ? "passed" : "failed")}: {gate.Message}", !gate.Passed),
            _ => ("", false),
        };
        return Of(
            notification.Rollout,
            notification.Transition?.To ?? RolloutPhase.Progressing,
            notification.Transition?.Revision ?? notification.Gate?.Revision,
            notification.Gate?.Attempt ?? 0,
            [
                new("eventMessage", message),
                new("eventType", isWarning ? "Warning" : "Normal"),
                new("timestamp", notification.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
            ]);
    }

    /// <summary>The phase as Flagger calls it.</summary>
    public static string Phase(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Idle or RolloutPhase.Invalid => "Initialized",
        RolloutPhase.Initializing or RolloutPhase.Progressing => "Progressing",
        RolloutPhase.Paused or RolloutPhase.WaitingApproval => "Waiting",
        RolloutPhase.Promoting => "Promoting",
        RolloutPhase.Promoted => "Succeeded",
        RolloutPhase.Aborting or RolloutPhase.Aborted => "Failed",
    };

    private static string Checksum(RolloutKey rollout, string? revision, int attempt) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{rollout}/{revision}/{attempt}")))[..16];
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>
/// Tells Slack: one message for each attempt of a rollout, brought up to date in its place, and a thread below it with what happened. The message shows the rollout as it is, so that telling it again changes
/// nothing, and is left out while it would show the same: of transitions that come close together the newest one's picture is sent, once. While Slack asks to be left alone nothing is sent in that channel.
/// </summary>
internal sealed class SlackDestination(SlackApi slack, ISecretTexts secrets, ISlackMessages messages, IRolloutStore store, TimeProvider time) : INotificationDestination
{
    private const int MaxQuiet = 1_000;
    private const int MaxShown = 10_000;
    private static readonly TimeSpan _longestQuiet = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<ChannelKey, DateTimeOffset> _quietUntil = new();

    /// <summary>What each message shows, as its hash. A restart forgets it, and sends the picture once more.</summary>
    private readonly ConcurrentDictionary<(string Channel, string Ts), string> _shown = new();

    /// <inheritdoc/>
    public bool Serves(NotificationChannelSpec channel) => channel.Slack is not null;

    /// <inheritdoc/>
    public async Task<DeliveryResult> DeliverAsync(Delivery delivery, CancellationToken cancellation)
    {
        var key = delivery.Channel.Key;
        if (_quietUntil.TryGetValue(key, out var until) && until - time.GetUtcNow() is { Ticks: > 0 } rest)
        {
            return DeliveryResult.Later("Slack asks to send less.", rest);
        }

        var token = await secrets.ReadAsync(key.Namespace, delivery.Channel.Spec.Slack!.Token, cancellation);
        if (token.Problem is { } missing)
        {
            return DeliveryResult.Later(missing);
        }

        var result = delivery.Notification is { Transition: { } transition }
            ? await TellAsync(delivery, token, transition, cancellation)
            : await TellGateAsync(delivery, token, delivery.Notification.Gate!, cancellation);
        if (result.RetryAfter is { } asked)
        {
            BeQuiet(key, asked);
        }

        return result;
    }

    private async Task<DeliveryResult> TellAsync(Delivery delivery, SecretText token, RolloutEvent transition, CancellationToken cancellation)
    {
        if (transition.Revision is not { } revision || delivery.Notification.Kind is NotificationEvent.Adopted)
        {
            return DeliveryResult.Delivered;
        }

        var (rollout, channel, section) = (delivery.Notification.Rollout, delivery.Channel.Metadata.Name, delivery.Channel.Spec.Slack!);
        var known = messages.Find(rollout, channel);
        var isNew = known is null || known.Revision != revision || (delivery.Notification.Kind is NotificationEvent.Started && known.Since < transition.Sequence);
        var picture = SlackPicture.Of(rollout, transition, store.Read(rollout).State);
        var (text, blocks) = SlackBlocks.Of(picture, section, channel);
        var shown = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text + blocks.ToJsonString())));
        var answer = isNew ? null
            : _shown.GetValueOrDefault((known!.Channel, known.Ts)) == shown ? new SlackAnswer(null, null, null)
            : await slack.CallAsync(token, "chat.update", Message(known.Channel, text, blocks, known.Ts), cancellation);
        if (answer is null or { Error: "message_not_found" or "cant_update_message" })
        {
            answer = await slack.CallAsync(token, "chat.postMessage", Message(section.Channel, text, blocks, null), cancellation);
            if (answer.Problem is null && answer.Text("channel") is { } id && answer.Text("ts") is { } ts)
            {
                known = new(id, ts, revision, transition.Sequence);
                await messages.KeepAsync(rollout, channel, known, cancellation);
            }
        }

        if (answer.Problem is null && known is not null)
        {
            NoteShown(known, shown);
        }

        return answer.Problem is not null ? answer.ToResult()
            : isNew && SlackText.Mentioned(section, delivery.Notification.Kind).Count == 0 ? DeliveryResult.Delivered
            : await ReplyAsync(delivery, token, known!, SlackText.Escape(transition.Message), cancellation);
    }

    private async Task<DeliveryResult> TellGateAsync(Delivery delivery, SecretText token, GateAnswered gate, CancellationToken cancellation)
    {
        var known = messages.Find(delivery.Notification.Rollout, delivery.Channel.Metadata.Name);
        return known is null || known.Revision != gate.Revision
            ? DeliveryResult.Delivered
            : await ReplyAsync(delivery, token, known, SlackText.Escape($"Gate {gate.Name} of step {gate.Step} {(gate.Passed ? "passed" : "failed")}: {gate.Message}"), cancellation);
    }

    /// <summary>What happened, in the thread: only a new post reaches those who are mentioned.</summary>
    private async Task<DeliveryResult> ReplyAsync(Delivery delivery, SecretText token, SlackMessage message, string text, CancellationToken cancellation)
    {
        var mentioned = SlackText.Mentioned(delivery.Channel.Spec.Slack!, delivery.Notification.Kind);
        var body = new JsonObject
        {
            ["channel"] = message.Channel,
            ["thread_ts"] = message.Ts,
            ["text"] = string.Join(' ', [.. mentioned.Select(SlackText.Mention), text]),
            ["parse"] = "none",
            ["link_names"] = false,
            ["reply_broadcast"] = mentioned.Any(who => who is "here" or "channel"),
        };
        var answer = await slack.CallAsync(token, "chat.postMessage", body, cancellation);
        return answer.Problem is null ? DeliveryResult.Delivered : answer.ToResult();
    }

    private static JsonObject Message(string channel, string text, JsonArray blocks, string? ts)
    {
        var message = new JsonObject { ["channel"] = channel, ["text"] = text, ["parse"] = "none", ["link_names"] = false, ["blocks"] = blocks.DeepClone() };
        if (ts is not null)
        {
            message["ts"] = ts;
        }

        return message;
    }

    private void NoteShown(SlackMessage message, string shown)
    {
        if (_shown.Count >= MaxShown)
        {
            _shown.Clear();
        }

        _shown[(message.Channel, message.Ts)] = shown;
    }

    private void BeQuiet(ChannelKey key, TimeSpan rest)
    {
        if (_quietUntil.Count >= MaxQuiet)
        {
            _quietUntil.Clear();
        }

        _quietUntil[key] = time.GetUtcNow() + (rest < _longestQuiet ? rest : _longestQuiet);
    }
}

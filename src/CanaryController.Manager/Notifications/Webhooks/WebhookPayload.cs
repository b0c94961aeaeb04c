using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications.Webhooks;

/// <summary>What a webhook's request carries.</summary>
/// <param name="Body">UTF-8 JSON.</param>
/// <param name="ContentType">Its type.</param>
internal sealed record WebhookPayload(ReadOnlyMemory<byte> Body, string ContentType)
{
    /// <summary>The type of a CloudEvent in structured mode.</summary>
    public const string CloudEventsType = "application/cloudevents+json; charset=utf-8";

    private const string JsonType = "application/json";

    /// <summary>A notification in a channel's format. Pure: the same bytes with each try.</summary>
    public static WebhookPayload Of(Notification notification, WebhookFormat format) => format switch
    {
        WebhookFormat.CloudEvents => CloudEvent(notification.Id, notification.Rollout, $"io.canarycontroller.rollout.{Kebab(notification.Kind.ToString())}", notification.At, json => Data(json, notification)),
        WebhookFormat.Flagger => FlaggerPayload.Of(notification),
    };

    /// <summary>A CloudEvent 1.0 about a rollout.</summary>
    public static WebhookPayload CloudEvent(string id, RolloutKey rollout, string type, DateTimeOffset at, Action<Utf8JsonWriter> data) => Write(CloudEventsType, json =>
    {
        json.WriteString("specversion", "1.0");
        json.WriteString("id", id);
        json.WriteString("source", $"/namespaces/{rollout.Namespace}/rollouts/{rollout.Name}");
        json.WriteString("type", type);
        json.WriteString("subject", rollout.ToString());
        json.WriteString("time", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        json.WriteString("datacontenttype", JsonType);
        json.WriteStartObject("data");
        json.WriteString("namespace", rollout.Namespace);
        json.WriteString("name", rollout.Name);
        data(json);
        json.WriteEndObject();
    });

    /// <summary>One JSON object.</summary>
    public static WebhookPayload Json(Action<Utf8JsonWriter> members) => Write(JsonType, members);

    /// <summary><c>RollingBack</c> as <c>rolling-back</c>.</summary>
    public static string Kebab(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            text.Append(char.IsAsciiLetterUpper(letter) && text.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static WebhookPayload Write(string type, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return new(buffer.WrittenMemory, type);
    }

    private static void Data(Utf8JsonWriter json, Notification notification)
    {
        if (notification.Transition is { } transition)
        {
            Transition(json, transition);
        }
        else if (notification.Gate is { } gate)
        {
            json.WriteString("gate", gate.Name);
            json.WriteString("revision", gate.Revision);
            json.WriteNumber("attempt", gate.Attempt);
            json.WriteNumber("step", gate.Step);
            json.WriteBoolean("passed", gate.Passed);
            json.WriteString("message", gate.Message);
        }
    }

    private static void Transition(Utf8JsonWriter json, RolloutEvent transition)
    {
        json.WriteNumber("sequence", transition.Sequence);
        json.WriteString("from", transition.From.ToString());
        json.WriteString("to", transition.To.ToString());
        if (transition.Revision is { } revision)
        {
            json.WriteString("revision", revision);
        }

        json.WriteNumber("step", transition.Step);
        json.WriteNumber("weightPercent", transition.WeightPercent);
        json.WriteString("reason", transition.Reason.ToString());
        json.WriteString("message", transition.Message);
        if (transition.Actor is { } actor)
        {
            json.WriteString("actor", actor);
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using Microsoft.AspNetCore.WebUtilities;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>Somebody pressed a button.</summary>
/// <param name="Id">Names the click: the same request again has the same one.</param>
/// <param name="Button">What the button stands for.</param>
/// <param name="Action">What is asked for.</param>
/// <param name="User">The Slack user's id.</param>
/// <param name="UserName">What Slack calls the user, for people; it may change.</param>
/// <param name="Channel">Slack's id of the channel.</param>
internal sealed record SlackClick(string Id, SlackButton Button, RolloutAction Action, string User, string? UserName, string Channel)
{
    /// <summary>What the audit trail calls the user.</summary>
    public string Actor => UserName is { Length: > 0 and <= 80 } name && !name.Any(char.IsControl) ? $"Slack user {User} ({name})" : $"Slack user {User}";

    /// <summary>Reads the body of an interaction: a form whose field <c>payload</c> is JSON. Null when it is no click on one of our buttons.</summary>
    public static SlackClick? Read(string id, string body)
    {
        try
        {
            if (QueryHelpers.ParseQuery(body).TryGetValue("payload", out var payloads) is false || payloads.Count != 1 || JsonNode.Parse(payloads[0] ?? "") is not JsonObject payload
                || Text(payload, "type") != "block_actions" || payload["actions"] is not JsonArray { Count: 1 } actions || actions[0] is not JsonObject action)
            {
                return null;
            }

            var button = SlackButton.Read(Text(action, "value"));
            return button is not null && SlackButton.ActionOf(Text(action, "action_id")) is { } asked && Text(payload["user"], "id") is { Length: > 2 and <= 31 } user && user.All(char.IsAsciiLetterOrDigit)
                && Text(payload["channel"], "id") is { Length: > 2 and <= 31 } channel
                ? new(id, button, asked, user, Text(payload["user"], "username") ?? Text(payload["user"], "name"), channel)
                : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or InvalidDataException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(JsonNode? of, string name) => of is JsonObject item && item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}

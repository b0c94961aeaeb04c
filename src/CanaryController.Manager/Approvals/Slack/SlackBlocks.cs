using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>A rollout as Block Kit. Pure.</summary>
internal static class SlackBlocks
{
    private const int MaxTitle = 150;
    private const int MaxShownApprovals = 10;

    /// <summary>The text for notifications and screen readers, and the blocks.</summary>
    /// <param name="picture">What is shown.</param>
    /// <param name="slack">The channel's section.</param>
    /// <param name="channel">The channel's name, which buttons carry.</param>
    public static (string Text, JsonArray Blocks) Of(SlackPicture picture, SlackSection slack, string channel)
    {
        var title = SlackText.Line(
            slack.Templates.Title is { } custom ? SlackText.Fill(custom, picture, isPlain: true) : $"{Sign(picture.Phase)} {picture.Rollout.Name}: {picture.Revision} {Say(picture.Phase)}", MaxTitle);
        var text = slack.Templates.Text is { } template ? SlackText.Fill(template, picture, isPlain: false) : SlackText.Escape(picture.Message);
        JsonArray blocks =
        [
            new JsonObject { ["type"] = "header", ["text"] = Plain(title) },
            new JsonObject { ["type"] = "section", ["text"] = Mrkdwn(Cut(text.Length == 0 ? SlackText.Escape(title) : text)) },
            new JsonObject { ["type"] = "context", ["elements"] = new JsonArray(Mrkdwn(Cut(Facts(picture)))) },
        ];
        if (picture.Approval is { } approval)
        {
            blocks.Add((JsonNode)new JsonObject { ["type"] = "context", ["elements"] = new JsonArray(Mrkdwn(Cut(Answers(approval, picture)))) });
        }

        if (slack.SigningSecret is not null && Buttons(picture, channel) is { Count: > 0 } buttons)
        {
            blocks.Add((JsonNode)new JsonObject { ["type"] = "actions", ["block_id"] = "canary_actions", ["elements"] = buttons });
        }

        return (Cut($"{SlackText.Escape(title)}. {text}"), blocks);
    }

    private static string Facts(SlackPicture picture)
    {
        var step = picture.Step == 0 ? "" : picture.Steps == 0 ? $" · step {picture.Step}" : $" · step {picture.Step} of {picture.Steps}";
        return SlackText.Escape(string.Create(
            CultureInfo.InvariantCulture, $"{picture.Rollout.Namespace}/{picture.Rollout.Name} · {picture.Revision} · {picture.Phase}{step} · {picture.WeightPercent} % of the traffic"));
    }

    private static string Answers(ApprovalRequirement approval, SlackPicture picture)
    {
        var given = picture.Approvals.Take(MaxShownApprovals).Select(answer =>
            $"\n✓ {SlackText.Escape(answer.Approver)} at <!date^{answer.At.ToUnixTimeSeconds()}^{{date_short_pretty}} {{time}}|{answer.At:yyyy-MM-dd HH:mm} UTC>{(answer.Comment is { Length: > 0 } why ? $": {SlackText.Escape(SlackText.Line(why, 200))}" : "")}");
        return $"Approval *{SlackText.Escape(approval.Name)}*: {picture.Approvals.Count} of {approval.Required}{string.Concat(given)}";
    }

    private static JsonArray Buttons(SlackPicture picture, string channel)
    {
        if (picture is not { Attempt: > 0, Step: > 0 })
        {
            return [];
        }

        var value = new SlackButton(picture.Rollout.Namespace, picture.Rollout.Name, channel, picture.Revision, picture.Attempt, picture.Step).Write();
        JsonArray buttons = [];
        if (picture is { Approval: not null, Phase: RolloutPhase.WaitingApproval or RolloutPhase.Progressing })
        {
            buttons.Add((JsonNode)Button(RolloutAction.Approve, "Approve", "primary", value, $"{picture.Revision} may leave step {picture.Step}."));
            buttons.Add((JsonNode)Button(RolloutAction.Reject, "Reject", "danger", value, $"{picture.Revision} is rolled back: all traffic returns to stable."));
        }

        if (picture.Phase is RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.WaitingApproval or RolloutPhase.Paused or RolloutPhase.Promoting)
        {
            buttons.Add((JsonNode)Button(RolloutAction.Abort, "Abort", "danger", value, $"All traffic returns to stable, and {picture.Revision} is rejected."));
        }

        if (picture.Phase is RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.WaitingApproval)
        {
            buttons.Add((JsonNode)Button(RolloutAction.Pause, "Pause", null, value, $"{picture.Revision} stays at its weight until somebody resumes. Failing metrics still roll it back."));
        }

        return buttons;
    }

    private static JsonObject Button(RolloutAction action, string label, string? style, string value, string question)
    {
        var button = new JsonObject
        {
            ["type"] = "button",
            ["action_id"] = SlackButton.IdOf(action),
            ["text"] = Plain(label),
            ["value"] = value,
            ["confirm"] = new JsonObject
            {
                ["title"] = Plain($"{label}?"),
                ["text"] = Plain(SlackText.Line(question, 300)),
                ["confirm"] = Plain(label),
                ["deny"] = Plain("Cancel"),
            },
        };
        if (style is not null)
        {
            button["style"] = style;
        }

        return button;
    }

    private static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text };

    /// <summary>Verbatim: else Slack would make links and mentions of what only looks like one, an <c>@channel</c> in a comment among it.</summary>
    private static JsonObject Mrkdwn(string text) => new() { ["type"] = "mrkdwn", ["text"] = text, ["verbatim"] = true };

    private static string Cut(string text) => text.Length <= SlackText.MaxText ? text : string.Concat(text.AsSpan(0, SlackText.MaxText - 1), "…");

    private static string Sign(RolloutPhase phase) => phase switch
    {
        RolloutPhase.WaitingApproval => "✋",
        RolloutPhase.Paused => "⏸",
        RolloutPhase.Promoted => "✅",
        RolloutPhase.Aborting or RolloutPhase.Aborted => "⏪",
        RolloutPhase.Idle or RolloutPhase.Initializing or RolloutPhase.Progressing or RolloutPhase.Promoting or RolloutPhase.Invalid => "🐤",
    };

    private static string Say(RolloutPhase phase) => phase switch
    {
        RolloutPhase.Idle or RolloutPhase.Invalid => "is at rest",
        RolloutPhase.Initializing => "is getting ready",
        RolloutPhase.Progressing => "is rolling out",
        RolloutPhase.Paused => "is paused",
        RolloutPhase.WaitingApproval => "waits for an approval",
        RolloutPhase.Promoting => "is being promoted",
        RolloutPhase.Promoted => "is stable",
        RolloutPhase.Aborting => "is being rolled back",
        RolloutPhase.Aborted => "was rolled back",
    };
}

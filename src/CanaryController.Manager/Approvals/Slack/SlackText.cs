using System.Globalization;
using System.Text.RegularExpressions;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>Texts of a message: templates filled in, everything escaped that Slack would read as more than text. Pure.</summary>
internal static partial class SlackText
{
    /// <summary>Slack's longest text of a section, in characters.</summary>
    public const int MaxText = 3_000;

    /// <summary>As Slack asks for it: the three characters that begin something else.</summary>
    public static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>At most so many characters, on one line.</summary>
    public static string Line(string text, int most)
    {
        var line = new string([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return line.Length <= most ? line : string.Concat(line.AsSpan(0, most - 1), "…");
    }

    /// <summary>A template with its variables filled in, each escaped once.</summary>
    public static string Fill(string template, SlackPicture picture, bool isPlain) => Variable().Replace(template, match =>
    {
        var value = Value(match.Groups["name"].Value, picture);
        return value is null ? match.Value : isPlain ? value : Escape(value);
    });

    /// <summary>How Slack mentions somebody.</summary>
    public static string Mention(string who) => who switch
    {
        "here" or "channel" => $"<!{who}>",
        ['S', ..] => $"<!subteam^{who}>",
        _ => $"<@{who}>",
    };

    /// <summary>Whom a channel mentions at an event.</summary>
    public static IReadOnlyList<string> Mentioned(SlackSection slack, NotificationEvent kind) =>
    [
        .. slack.Mentions
            .Where(rule => rule.Events.IsEmpty ? kind is NotificationEvent.ApprovalNeeded or NotificationEvent.RollingBack : rule.Events.Contains(kind))
            .SelectMany(rule => (IEnumerable<string>)rule.Who).Distinct(StringComparer.Ordinal),
    ];

    private static string? Value(string name, SlackPicture picture) => name switch
    {
        "namespace" => picture.Rollout.Namespace,
        "name" => picture.Rollout.Name,
        "revision" => picture.Revision,
        "phase" => picture.Phase.ToString(),
        "step" => picture.Step.ToString(CultureInfo.InvariantCulture),
        "steps" => picture.Steps.ToString(CultureInfo.InvariantCulture),
        "weight" => string.Create(CultureInfo.InvariantCulture, $"{picture.WeightPercent} %"),
        "reason" => picture.Reason.ToString(),
        "message" => picture.Message,
        "actor" => picture.Actor ?? "",
        _ => null,
    };

    [GeneratedRegex(@"\{\{\s*(?<name>[a-z]+)\s*\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}

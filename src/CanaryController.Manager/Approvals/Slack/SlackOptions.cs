using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>The section <c>slack</c>. Channels, tokens and signing secrets stand in NotificationChannels.</summary>
internal sealed record SlackOptions
{
    /// <summary>Slack's own address.</summary>
    public const string DefaultUrl = "https://slack.com/api/";

    private const int MaxOperators = 100;

    /// <summary>Where Slack's Web API is, with a slash at its end. Default <see cref="DefaultUrl"/>. The host has to stand in <c>outbound.allow</c> too.</summary>
    public Uri Url { get; init; } = new(DefaultUrl);

    /// <summary>Slack users who may abort and pause by buttons, and answer for steps that name no approvers: ids. At most 100 with the groups. Default: nobody.</summary>
    public IReadOnlyList<string> OperatorUsers { get; init; } = [];

    /// <summary>User groups of Slack whose members may do the same: ids.</summary>
    public IReadOnlyList<string> OperatorGroups { get; init; } = [];

    /// <summary>Reads the section; what is wrong is noted in <paramref name="settings"/>.</summary>
    public static SlackOptions Read(SettingsReader settings)
    {
        var text = settings.Text("url", DefaultUrl);
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "https" or "http", UserInfo: "", Query: "", Fragment: "" } && text.EndsWith('/');
        if (!isUrl)
        {
            settings.Add("url", text, "The address of Slack's Web API is expected here, with a slash at its end.", DefaultUrl);
        }

        var operators = settings.Section("operators");
        var (users, groups) = (operators.Values("users"), operators.Values("groups"));
        foreach (var user in users.Where(user => !IsId(user, "UW")))
        {
            operators.Add("users", user, "This is not the id of a Slack user.", "Write ids like U012AB3CD, from people's profiles in Slack: names change.");
        }

        foreach (var group in groups.Where(group => !IsId(group, "S")))
        {
            operators.Add("groups", group, "This is not the id of a user group of Slack.", "Write ids like S0614TZR7.");
        }

        if (users.Count + groups.Count > MaxOperators)
        {
            operators.Add("users", null, $"{users.Count + groups.Count} operators are too many.", $"Keep {MaxOperators} at most, or name a group.");
        }

        return new() { Url = isUrl ? url! : new(DefaultUrl), OperatorUsers = users, OperatorGroups = groups };
    }

    private static bool IsId(string text, string first) => text.Length is >= 3 and <= 31 && first.Contains(text[0], StringComparison.Ordinal) && text.All(char.IsAsciiLetterOrDigit);
}

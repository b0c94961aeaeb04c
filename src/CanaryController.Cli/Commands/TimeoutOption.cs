using System.CommandLine;
using System.CommandLine.Parsing;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Commands;

/// <summary>How long to watch or wait at most, written as durations are in a Rollout: <c>30s</c>, <c>20m</c>, <c>1h30m</c>; 30 days at most.</summary>
internal static class TimeoutOption
{
    /// <summary>What a timer of the platform can count to is a little more.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(30);

    /// <summary>The option.</summary>
    /// <param name="usual">What it is when it is left out, as it is written; null = never.</param>
    public static Option<TimeSpan?> Create(string? usual = null) => new("--timeout")
    {
        HelpName = "DURATION",
        Description = $"Give up after this time, like 30s, 20m or 1h30m; default: {usual ?? "never"}",
        CustomParser = Parse,
    };

    private static TimeSpan? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParse(text, out var duration))
        {
            return duration;
        }

        var meant = DurationText.Guess(text) is { } guess && TryParse(guess, out _) ? $" Did you mean {guess}?" : "";
        result.AddError($"--timeout '{text}' is no duration between 1ms and 720h.{meant} Write it like 30s, 20m or 1h30m.");
        return null;
    }

    private static bool TryParse(string text, out TimeSpan duration) => DurationText.TryParse(text, out duration) && duration > TimeSpan.Zero && duration <= _longest;
}

using System.Globalization;

namespace CanaryController.Cli.Rendering;

/// <summary>Values as people write them.</summary>
internal static class Humanize
{
    /// <summary>Like <c>500ms</c>, <c>8s</c>, <c>3m12s</c>, <c>1h5m</c>, <c>2d3h</c>: the two largest units.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { Ticks: <= 0 } => "0s",
        { TotalSeconds: < 1 } => $"{Math.Ceiling(duration.TotalMilliseconds)}ms",
        { TotalMinutes: < 1 } => $"{Math.Floor(duration.TotalSeconds)}s",
        { TotalHours: < 1 } => $"{duration.Minutes}m{(duration.Seconds > 0 ? $"{duration.Seconds}s" : "")}",
        { TotalDays: < 1 } => $"{duration.Hours}h{(duration.Minutes > 0 ? $"{duration.Minutes}m" : "")}",
        _ => $"{(int)duration.TotalDays}d{(duration.Hours > 0 ? $"{duration.Hours}h" : "")}",
    };

    /// <summary>The same from seconds.</summary>
    public static string Seconds(double seconds) => Duration(TimeSpan.FromSeconds(seconds));

    /// <summary>Like <c>12.5 %</c>.</summary>
    public static string Percent(decimal percent) => percent.ToString("0.##", CultureInfo.InvariantCulture) + " %";

    /// <summary>Like <c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The time of day on the reader's clock.</summary>
    public static string Clock(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Date and time on the reader's clock.</summary>
    public static string Date(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Text of others without line ends and control characters: what it says stays on its line.</summary>
    public static string OneLine(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;

    /// <summary>The same for the log of a pipeline. Runners take <c>##[…]</c> and <c>##vso[…]</c> for commands wherever they stand in a line.</summary>
    public static string LogLine(string text) => WithoutCommands(OneLine(text));

    /// <summary>Text whose lines are ours, without what runners take for commands within a line.</summary>
    public static string WithoutCommands(string text)
    {
        while (text.Contains("##", StringComparison.Ordinal))
        {
            text = text.Replace("##", "# #", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>A bar that is full at 1.</summary>
    public static string Bar(double ratio, int width)
    {
        var filled = (int)Math.Round(Math.Clamp(ratio, 0, 1) * width, MidpointRounding.AwayFromZero);
        return new string('█', filled) + new string('░', width - filled);
    }
}

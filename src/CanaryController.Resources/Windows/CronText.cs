using Quartz;

namespace CanaryController.Resources.Windows;

/// <summary>Reads cron expressions of Quartz.</summary>
public static class CronText
{
    /// <summary>The longest that is read, in characters.</summary>
    public const int MaxCharacters = 200;

    /// <summary>Any date of this program's life: an expression that has no time after it never has one.</summary>
    private static readonly DateTimeOffset _past = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The expression, or what is wrong with it, in words that go on after its text.</summary>
    public static (CronExpression? Expression, string? Problem) Read(string text)
    {
        if (text.Length > MaxCharacters)
        {
            return (null, $"has {text.Length} characters, and {MaxCharacters} are read at most");
        }

        var fields = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (6 or 7))
        {
            return (null, $"has {fields.Length} fields, not 6 or 7: second, minute, hour, day of month, month, day of week, and a year if need be");
        }

        if (!fields[0].All(char.IsAsciiDigit))
        {
            return (null, "begins more than once a minute: its first field is the second");
        }

        try
        {
            var expression = new CronExpression(text, TimeZoneInfo.Utc);
            return expression.GetNextValidTimeAfter(_past) is null ? (null, "names no time that ever comes") : (expression, null);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or OverflowException)
        {
            return (null, $"is not a cron expression of Quartz: {wrong.Message.TrimEnd('.')}");
        }
    }
}

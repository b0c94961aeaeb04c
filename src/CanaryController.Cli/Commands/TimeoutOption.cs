using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CanaryController.Cli.Commands;

/// <summary>How long to watch or wait at most: a number and a unit, <c>ms</c>, <c>s</c>, <c>m</c> or <c>h</c>.</summary>
internal static class TimeoutOption
{
    private static readonly TimeSpan _longest = TimeSpan.FromDays(30);

    public static Option<TimeSpan?> Create() => new("--timeout")
    {
        HelpName = "DURATION",
        Description = "Give up after this time, like 30s, 20m or 2h; default: never",
        CustomParser = Parse,
    };

    private static TimeSpan? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var digits = text.TrimEnd('m', 's', 'h');
        TimeSpan? unit = text[digits.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        if (unit is not null
            && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && number <= _longest / unit.Value)
        {
            return unit.Value * number;
        }

        result.AddError($"--timeout '{text}' is no duration between 1ms and {_longest.TotalDays:0} days. Write it like 30s, 20m or 2h.");
        return null;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CanaryController.Resources.Rollouts;

/// <summary>
/// Durations as they are written: whole numbers with the units <c>h</c>, <c>m</c>, <c>s</c>, <c>ms</c>, each at most once, the larger first: <c>500ms</c>, <c>5m</c>, <c>1h30m</c>.
/// At most 87,600h (ten years); never negative.
/// </summary>
public static partial class DurationText
{
    private const long MaxMilliseconds = 87_600L * 3_600_000;

    private static readonly (string Unit, long Milliseconds)[] _units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Reads a duration strictly.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null || text.Length == 0 || !Strict().IsMatch(text))
        {
            return false;
        }

        decimal milliseconds = 0;
        foreach (Match part in Part().Matches(text))
        {
            milliseconds += decimal.Parse(part.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * Factor(part.Groups[2].Value);
        }

        if (milliseconds > MaxMilliseconds)
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds((long)milliseconds);
        return true;
    }

    /// <summary>Writes a duration so that it reads back the same, to the millisecond; <c>0s</c> for none.</summary>
    public static string Format(TimeSpan duration)
    {
        var left = (long)Math.Round(Math.Max(0, duration.TotalMilliseconds));
        var text = new StringBuilder();
        foreach (var (unit, milliseconds) in _units)
        {
            var count = left / milliseconds;
            left %= milliseconds;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
            }
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    /// <summary>
    /// What somebody who wrote <paramref name="text"/> probably meant, as it is to be written: <c>5 min</c> gives <c>5m</c>, <c>1d</c> gives <c>24h</c>, <c>1.5s</c> gives <c>1s500ms</c>, <c>PT5M</c> gives <c>5m</c>. Null when it is no guess
    /// worth making.
    /// </summary>
    public static string? Guess(string? text)
    {
        if (text is null || text.Length > 40)
        {
            return null;
        }

        if (Clock().Match(text) is { Success: true } clock)
        {
            var parsed = new TimeSpan(Whole(clock.Groups[1]), Whole(clock.Groups[2]), Whole(clock.Groups[3]));
            return Format(parsed);
        }

        text = text.TrimStart('+');
        if (Iso().Match(text) is { Success: true } iso && text.Any(char.IsAsciiDigit))
        {
            return Format(new TimeSpan(Whole(iso.Groups[1]), Whole(iso.Groups[2]), Whole(iso.Groups[3]), Whole(iso.Groups[4])));
        }

        if (!Loose().IsMatch(text))
        {
            return null;
        }

        decimal milliseconds = 0;
        foreach (Match part in LoosePart().Matches(text))
        {
            if (LooseFactor(part.Groups[2].Value) is not { } factor)
            {
                return null;
            }

            milliseconds += decimal.Parse(part.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * factor;
        }

        return milliseconds <= MaxMilliseconds ? Format(TimeSpan.FromMilliseconds((long)milliseconds)) : null;
    }

    private static int Whole(Group digits) => digits.Length == 0 ? 0 : int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static long Factor(string unit) => Array.Find(_units, known => known.Unit == unit).Milliseconds;

    private static long? LooseFactor(string unit) => unit.ToLowerInvariant() switch
    {
        "ms" or "msec" or "msecs" or "milli" or "millis" or "millisecond" or "milliseconds" => 1,
        "s" or "sec" or "secs" or "second" or "seconds" => 1_000,
        "m" or "min" or "mins" or "minute" or "minutes" => 60_000,
        "h" or "hr" or "hrs" or "hour" or "hours" => 3_600_000,
        "d" or "day" or "days" => 86_400_000,
        "w" or "week" or "weeks" => 604_800_000,
        _ => null,
    };

    [GeneratedRegex(@"^([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,15}ms)?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Strict();

    [GeneratedRegex(@"([0-9]+)(ms|h|m|s)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Part();

    [GeneratedRegex(@"^([0-9]{1,3}):([0-9]{2}):([0-9]{2})\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Clock();

    [GeneratedRegex(@"^P(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})S)?)?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Iso();

    [GeneratedRegex(@"^\s*([0-9]{1,12}(\.[0-9]{1,6})?\s*[A-Za-z]{1,12}\s*)+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Loose();

    [GeneratedRegex(@"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LoosePart();
}

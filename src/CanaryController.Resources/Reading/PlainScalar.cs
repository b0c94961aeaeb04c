using System.Globalization;
using System.Text.RegularExpressions;

namespace CanaryController.Resources.Reading;

/// <summary>
/// What an unquoted value is. YAML 1.1, which many tools still read, takes <c>yes</c> for a boolean and <c>010</c> for eight; here such a value is refused
/// where it could be misread, so that every tool that reads the file sees the same.
/// </summary>
internal static partial class PlainScalar
{
    private const int MaxNumber = 40;

    /// <summary>Reads a JSON number exactly: one with more digits than a decimal holds, or too small for it, is none.</summary>
    public static bool TryNumber(string text, out decimal number)
    {
        number = 0;
        return text.Length <= MaxNumber
            && JsonNumber().IsMatch(text)
            && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && Digits(number.ToString(CultureInfo.InvariantCulture)) == Digits(text.Split('e', 'E')[0]);
    }

    /// <summary>The number that was probably meant: <c>5%</c>, <c>1_000</c>, <c>1,000</c>, <c>+5</c>, <c>010</c>, <c>.5</c>. Null for none.</summary>
    public static string? GuessNumber(string text)
    {
        var bare = text.Trim().TrimEnd('%').TrimEnd().Replace("_", "", StringComparison.Ordinal).TrimStart('+');
        bare = Thousands().IsMatch(bare) ? bare.Replace(",", "", StringComparison.Ordinal) : bare;
        bare = bare switch
        {
            ['.', .. var fraction] => $"0.{fraction}",
            [.. var whole, '.'] => whole,
            _ => bare,
        };
        var digits = bare.TrimStart('0') is { Length: > 0 } rest && char.IsAsciiDigit(rest[0]) ? rest : bare.Length > 1 ? bare[^1..] : bare;
        return TryNumber(bare, out _) ? bare : TryNumber(digits, out _) && bare.All(char.IsAsciiDigit) ? digits : null;
    }

    /// <summary>The ratio that was probably meant: <c>120%</c> is 1.2, <c>p99</c> is 0.99. Null for none.</summary>
    public static string? GuessRatio(string text)
    {
        var bare = text.Trim();
        var isPercent = bare.EndsWith('%') || bare.StartsWith('p') || bare.StartsWith('P');
        return GuessNumber(bare.TrimStart('p', 'P').TrimEnd('x')) is { } guess && TryNumber(guess, out var number)
            ? isPercent ? (number / 100).ToString("0.############", CultureInfo.InvariantCulture) : guess
            : null;
    }

    /// <summary>What some YAML reader would take this unquoted text for, other than text; null when it is text everywhere.</summary>
    public static string? MistakenFor(string text) => text switch
    {
        _ when Boolean().IsMatch(text) => "a boolean",
        _ when Numeric().IsMatch(text) => "a number",
        _ => null,
    };

    /// <summary>The boolean that was probably meant: <c>yes</c>, <c>"true"</c>, <c>off</c>, <c>1</c>. Null for none.</summary>
    public static string? GuessBoolean(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "y" or "on" or "1" => "true",
        "false" or "no" or "n" or "off" or "0" => "false",
        _ => null,
    };

    /// <summary>The digits that count.</summary>
    private static string Digits(string number) => string.Concat(number.Where(char.IsAsciiDigit)).Trim('0');

    [GeneratedRegex(@"^[1-9][0-9]{0,2}(,[0-9]{3})+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Thousands();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^(y|n|yes|no|on|off|true|false)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Boolean();

    [GeneratedRegex(@"^[-+]?(0[xob][0-9a-f_]+|[0-9][0-9_]*(:[0-5]?[0-9])+|[0-9][0-9_]*\.?[0-9_]*(e[-+]?[0-9]+)?|\.[0-9_]+(e[-+]?[0-9]+)?|\.inf)\z|^\.nan\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Numeric();
}

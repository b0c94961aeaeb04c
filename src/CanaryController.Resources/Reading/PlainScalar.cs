using System.Globalization;
using System.Text.RegularExpressions;

namespace CanaryController.Resources.Reading;

/// <summary>
/// What an unquoted value is. YAML 1.1, which many tools still read, takes <c>yes</c> for a boolean and <c>010</c> for eight; here such a value is refused
/// where it could be misread, so that every tool that reads the file sees the same.
/// </summary>
internal static partial class PlainScalar
{
    /// <summary>Reads a JSON number exactly.</summary>
    public static bool TryNumber(string text, out decimal number)
    {
        number = 0;
        return text.Length <= 40 && JsonNumber().IsMatch(text) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>The number that was probably meant: <c>5%</c>, <c>1_000</c>, <c>+5</c>, <c>010</c>. Null for none.</summary>
    public static string? GuessNumber(string text)
    {
        var bare = text.Trim().TrimEnd('%').TrimEnd().Replace("_", "", StringComparison.Ordinal).TrimStart('+');
        var digits = bare.TrimStart('0') is { Length: > 0 } rest && char.IsAsciiDigit(rest[0]) ? rest : bare.Length > 1 ? bare[^1..] : bare;
        return TryNumber(bare, out _) ? bare : TryNumber(digits, out _) && bare.All(char.IsAsciiDigit) ? digits : null;
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

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^(y|n|yes|no|on|off|true|false)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Boolean();

    [GeneratedRegex(@"^[-+]?(0[xob][0-9a-f_]+|[0-9][0-9_]*(:[0-5]?[0-9])+|[0-9][0-9_]*\.?[0-9_]*(e[-+]?[0-9]+)?|\.[0-9_]+(e[-+]?[0-9]+)?|\.inf)\z|^\.nan\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Numeric();
}

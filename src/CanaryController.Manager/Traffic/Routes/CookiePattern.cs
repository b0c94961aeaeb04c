using System.Text;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>A cookie as a regular expression over the whole header <c>cookie</c>, in what RE2 and Rust's engine have in common.</summary>
internal static class CookiePattern
{
    private const string Special = @"\.+*?()|[]{}^$";

    /// <summary><c>^(.*;\s*)?tester=yes(;.*)?$</c>: name and value are taken literally.</summary>
    public static string Of(RequestMatch cookie) => $@"^(.*;\s*)?{Literal(cookie.Name)}={Literal(cookie.Value)}(;.*)?$";

    private static string Literal(string text)
    {
        var literal = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
        {
            _ = Special.Contains(letter, StringComparison.Ordinal) ? literal.Append('\\').Append(letter) : literal.Append(letter);
        }

        return literal.ToString();
    }
}

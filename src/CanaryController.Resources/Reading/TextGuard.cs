using System.Globalization;
using System.Text;

namespace CanaryController.Resources.Reading;

/// <summary>
/// Refuses characters that nobody writes on purpose and that parsers treat differently: a NUL ends a text for some of them, U+2028 ends a line for some.
/// </summary>
internal static class TextGuard
{
    /// <summary>Throws for the first such character of a document.</summary>
    /// <exception cref="DocumentException">There is one.</exception>
    public static void Check(DocumentText document)
    {
        var (line, column) = (document.FirstLine, 1);
        var text = document.Text;
        for (var at = 0; at < text.Length; at++, column++)
        {
            if (text[at] is '\n' || (text[at] is '\r' && (at + 1 == text.Length || text[at + 1] is not '\n')))
            {
                (line, column) = (line + 1, 0);
            }
            else if (text[at] is '\ufffd')
            {
                // What decoding leaves in the place of bytes that are no UTF-8.
                throw new DocumentException(new Place(line, column), "the text is not UTF-8 here", "save the file as UTF-8");
            }
            else if (text[at] is not ('\r' or '\t') && IsRefused(text, at))
            {
                throw new DocumentException(new Place(line, column), $"the character U+{(int)text[at]:X4} is not read here", "remove it; editors show it only when asked");
            }
        }
    }

    /// <summary>Whether a value, once its escapes are resolved, is clean text: line breaks and tabs are.</summary>
    public static bool IsClean(string value)
    {
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] is not ('\n' or '\r' or '\t') && IsRefused(value, at))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For messages: such characters as question marks.</summary>
    public static string Clean(string value)
    {
        var clean = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            clean.Append(char.IsControl(value[at]) || IsRefused(value, at) || char.GetUnicodeCategory(value[at]) is UnicodeCategory.Format ? '?' : value[at]);
        }

        return clean.ToString();
    }

    private static bool IsRefused(string text, int at) => text[at] switch
    {
        < ' ' or (>= '\u007f' and <= '\u009f') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' => true,
        var letter when char.IsHighSurrogate(letter) => at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]),
        var letter when char.IsLowSurrogate(letter) => at == 0 || !char.IsHighSurrogate(text[at - 1]),
        _ => false,
    };
}

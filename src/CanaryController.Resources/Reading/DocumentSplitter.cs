namespace CanaryController.Resources.Reading;

/// <summary>One document of a text.</summary>
/// <param name="Text">Its text.</param>
/// <param name="FirstLine">The line of the whole text at which it begins, from 1.</param>
internal readonly record struct DocumentText(string Text, int FirstLine);

/// <summary>
/// Cuts a YAML text into its documents before it is parsed, so that a syntax error costs one document only. A line that begins with <c>---</c> or
/// <c>...</c> ends a document wherever it stands, also in quotes or a block (YAML 1.2.2, 9.1.2 and rule c-forbidden), so that the cut is exact.
/// </summary>
internal static class DocumentSplitter
{
    /// <summary>The documents that hold more than white space, comments and the YAML version.</summary>
    public static IEnumerable<DocumentText> Split(string text)
    {
        var (start, startLine, line) = (0, 1, 1);
        for (var at = 0; at < text.Length; at = NextLine(text, at), line++)
        {
            if (at > start && IsMarker(text, at))
            {
                if (HasContent(text.AsSpan(start, at - start)))
                {
                    yield return new DocumentText(text[start..at], startLine);
                }

                (start, startLine) = (at, line);
            }
        }

        if (HasContent(text.AsSpan(start)))
        {
            yield return new DocumentText(text[start..], startLine);
        }
    }

    /// <summary>The index after the next line break at or after <paramref name="at"/>.</summary>
    public static int NextLine(string text, int at)
    {
        var end = text.AsSpan(at).IndexOfAny('\n', '\r');
        if (end < 0)
        {
            return text.Length;
        }

        end += at;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }

    private static bool IsMarker(string text, int at) =>
        text.Length >= at + 3
        && text.AsSpan(at, 3) is "---" or "..."
        && (text.Length == at + 3 || text[at + 3] is ' ' or '\t' or '\r' or '\n');

    private static bool HasContent(ReadOnlySpan<char> document)
    {
        foreach (var line in document.EnumerateLines())
        {
            var rest = (IsMarker(line) ? line[3..] : line).Trim();
            if (!rest.IsEmpty && rest[0] != '#' && rest is not ("%YAML 1.1" or "%YAML 1.2"))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMarker(ReadOnlySpan<char> line) =>
        line.Length >= 3 && line[..3] is "---" or "..." && (line.Length == 3 || line[3] is ' ' or '\t');
}

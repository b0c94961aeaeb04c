using YamlDotNet.Core;

namespace CanaryController.Resources.Reading;

/// <summary>Says in plain words what a YAML parser stumbled over.</summary>
internal static class YamlFault
{
    /// <summary>The fault, which the parser saw at <paramref name="at"/> of the whole text.</summary>
    public static DocumentException Explain(DocumentText document, Place at, YamlException broken)
    {
        if (TabLine(document.Text, at.Line - document.FirstLine + 1, broken.Message.Contains("tab", StringComparison.OrdinalIgnoreCase)) is { } tab)
        {
            return new DocumentException(
                new Place(document.FirstLine - 1 + tab.Line, tab.Column), "a tab stands in the indentation", "indent with spaces: YAML does not allow tabs there");
        }

        if (DirectiveLine(document.Text) is { } directive)
        {
            return new DocumentException(new Place(document.FirstLine + directive, 1), "this directive is not read here", "leave the line out");
        }

        var message = broken.Message;
        var reason = message.StartsWith("(Line", StringComparison.Ordinal) && message.IndexOf("): ", StringComparison.Ordinal) is > 0 and var end ? message[(end + 3)..] : message;
        return new DocumentException(
            at,
            $"not valid YAML: {ScalarNode.Show(reason.TrimEnd('.'))}",
            HasPlainQuery(document.Text, at.Line - document.FirstLine)
                ? "put the query in single quotes, or write it in a line of its own"
                : "look at this line and the one before: indentation, a missing colon, or an unclosed quote or bracket");
    }

    /// <summary>The index of the line with a directive, which can only stand before everything but comments.</summary>
    private static int? DirectiveLine(string text) =>
        text.Split('\n').Index().FirstOrDefault(line => line.Item is [not ('#' or '\r'), ..]) is { Item: ['%', ..] } first ? first.Index : null;

    /// <summary>PromQL's braces and quotes cannot stand in a map of one line: the mistake that is made most with queries.</summary>
    private static bool HasPlainQuery(string text, int index)
    {
        var line = text.Split('\n').ElementAtOrDefault(index) ?? "";
        var start = line.IndexOf("query:", StringComparison.Ordinal);
        return start > 0 && line[..start].Contains('{', StringComparison.Ordinal) && line[(start + "query:".Length)..].TrimStart() is [not ('\'' or '"'), ..];
    }

    /// <summary>The parser reports a tab where it gives up, which may be a line later, or, when it names the tab, anywhere before.</summary>
    private static Place? TabLine(string text, int line, bool isNamed)
    {
        var number = 0;
        foreach (var each in text.AsSpan().EnumerateLines())
        {
            number++;
            var indentation = each[..(each.Length - each.TrimStart(" \t").Length)];
            if ((isNamed || number == line - 1 || number == line) && indentation.Contains('\t') && indentation.Length < each.Length)
            {
                return new Place(number, indentation.IndexOf('\t') + 1);
            }
        }

        return null;
    }
}

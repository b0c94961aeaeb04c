using System.Text;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>CSV as HAProxy writes it: a first line <c># name,name,</c>; fields with commas, quotes or line breaks stand in quotes, a quote twice.</summary>
internal static class CsvTable
{
    /// <summary>The rows below the names; none when there are no names.</summary>
    public static IReadOnlyList<CsvRow> Read(string text)
    {
        if (!text.StartsWith("# ", StringComparison.Ordinal))
        {
            return [];
        }

        var lines = Lines(text[2..]);
        return [.. lines.Skip(1).Select(values => new CsvRow(lines[0], values))];
    }

    private static List<List<string>> Lines(string text)
    {
        var (lines, fields, field, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '"' when quoted && index + 1 < text.Length && text[index + 1] == '"':
                    field.Append('"');
                    index++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    End();
                    break;
                case '\n' when !quoted:
                    End();
                    lines.Add(fields);
                    fields = [];
                    break;
                default:
                    field.Append(text[index]);
                    break;
            }
        }

        End();
        lines.Add(fields);
        return lines;

        void End()
        {
            fields.Add(field.ToString());
            field.Clear();
        }
    }
}

/// <summary>A row of a table.</summary>
/// <param name="Names">The columns' names.</param>
/// <param name="Values">Its fields.</param>
internal sealed record CsvRow(IReadOnlyList<string> Names, IReadOnlyList<string> Values)
{
    /// <summary>The field of that name; empty when there is none.</summary>
    public string Get(string name)
    {
        for (var index = 0; index < Names.Count && index < Values.Count; index++)
        {
            if (Names[index] == name)
            {
                return Values[index];
            }
        }

        return "";
    }
}

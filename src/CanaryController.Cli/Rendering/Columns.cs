using Spectre.Console;

namespace CanaryController.Cli.Rendering;

/// <summary>Tables without lines, two blanks between columns: for eyes and for <c>awk</c>.</summary>
internal static class Columns
{
    /// <summary>An empty table with these headings. Only the last column, the sentence, may wrap.</summary>
    public static Table Of(params IReadOnlyList<string> headings)
    {
        var table = new Table().NoBorder();
        for (var index = 0; index < headings.Count; index++)
        {
            var last = index == headings.Count - 1;
            var column = new TableColumn(headings[index]).PadLeft(0).PadRight(last ? 0 : 2);
            table.AddColumn(last ? column : column.NoWrap());
        }

        return table;
    }
}

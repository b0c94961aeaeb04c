using Spectre.Console;
using Spectre.Console.Rendering;

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

    /// <summary>The table on one that is too narrow for its columns: whole lines, which the terminal wraps, rather than none.</summary>
    public static IRenderable Whole(Table table) => new WholeLines(table);

    private sealed class WholeLines(IRenderable table) : Renderable
    {
        private const int Unbounded = 1 << 20;

        protected override Measurement Measure(RenderOptions options, int maxWidth) => table.Measure(options, maxWidth);

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            table.Render(options, table.Measure(options, Unbounded).Min <= maxWidth ? maxWidth : Unbounded);
    }
}

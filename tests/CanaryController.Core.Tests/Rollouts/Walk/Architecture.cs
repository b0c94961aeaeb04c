using System.Text.RegularExpressions;
using CanaryController.Core.Rollouts;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>What docs/architecture.md says of the phases and the invariants.</summary>
internal static partial class Architecture
{
    private static readonly Lazy<string> Text = new(Read);

    /// <summary>The arrows of the diagram between two different phases, in order.</summary>
    public static IEnumerable<(RolloutPhase From, RolloutPhase To)> Arrows =>
        Arrow().Matches(Text.Value)
            .Select(match => (From: Enum.Parse<RolloutPhase>(match.Groups["from"].Value), To: Enum.Parse<RolloutPhase>(match.Groups["to"].Value)))
            .Where(one => one.From != one.To)
            .Order();

    /// <summary>The invariants of the table, in order.</summary>
    public static IEnumerable<string> Invariants => Invariant().Matches(Text.Value).Select(match => match.Value).Distinct().Order();

    [GeneratedRegex("""^    (?<from>[A-Z]\w+) --> (?<to>\w+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Arrow();

    [GeneratedRegex("""\w+Invariants\.\w+""", RegexOptions.None, 1000)]
    private static partial Regex Invariant();

    private static string Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "docs", "architecture.md");
            if (File.Exists(path))
            {
                return File.ReadAllText(path);
            }
        }

        throw new InvalidOperationException("docs/architecture.md is in no folder above the tests.");
    }
}

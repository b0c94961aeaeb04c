namespace CanaryController.Repository.Tests;

/// <summary>The repository keeps its own rules, and each rule catches the case that breaks it.</summary>
public sealed class RepositoryTests
{
    private static readonly Lazy<Tree> _here = new(Tree.OfThisRepository);

    public static TheoryData<string> Rules => [.. _rules.Keys.Order(StringComparer.Ordinal)];

    private static readonly Dictionary<string, (Func<Tree, IEnumerable<string>> Check, Tree Broken, string Says)> _rules = new(StringComparer.Ordinal)
    {
        ["Core references none of ours"] = (
            DependencyRule.Check,
            Tree.Of(("src/CanaryController.Core/CanaryController.Core.csproj", """<Project><ItemGroup><ProjectReference Include="../X/CanaryController.Resources.csproj" /></ItemGroup></Project>""")),
            "references CanaryController.Resources"),
        ["Core uses no package"] = (
            DependencyRule.Check,
            Tree.Of(("src/CanaryController.Core/CanaryController.Core.csproj", """<Project><ItemGroup><PackageReference Include="Quartz" /></ItemGroup></Project>""")),
            "Core uses the package Quartz"),
        ["Core is pure"] = (
            DependencyRule.Check,
            Tree.Of(("src/CanaryController.Core/Rollouts/X.cs", "public static async Task<int> Decide() => 1;")),
            "in Core, which decides"),
        ["the gateway references none of ours"] = (
            DependencyRule.Check,
            Tree.Of(("src/CanaryController.Gateway/CanaryController.Gateway.csproj", """<Project><ItemGroup><ProjectReference Include="../X/CanaryController.Core.csproj" /></ItemGroup></Project>""")),
            "none of ours"),
        ["a new project is listed"] = (
            DependencyRule.Check,
            Tree.Of(("src/CanaryController.New/CanaryController.New.csproj", "<Project />")),
            "does not list"),
        ["files are short"] = (TextRules.FileSizes, Tree.Of(("src/Long.cs", new string('\n', 301))), "301 lines"),
        ["links lead somewhere"] = (TextRules.Links, Tree.Of(("docs/a.md", "[b](../b.md)")), "leads nowhere"),
        ["documents name tests that exist"] = (TextRules.NamedTests, Tree.Of(("docs/a.md", "`Some_test_that_is_not_there`")), "does not exist"),
        ["documents name invariants that exist"] = (TextRules.NamedTests, Tree.Of(("docs/a.md", "`WeightInvariants.IsNotThere`")), "does not exist"),
        ["nothing is left undone"] = (TextRules.Leftovers, Tree.Of(("src/A.cs", "// TODO later")), "TODO"),
        ["no regions"] = (TextRules.Regions, Tree.Of(("src/A.cs", "#region x")), "#region"),
        ["lock files are there"] = (TextRules.LockFiles, Tree.Of(("src/A/A.csproj", "<Project />")), "is missing"),
        ["projects are in the solution"] = (TextRules.Solution, Tree.Of(("src/A/A.csproj", "<Project />")), "not in"),
        ["decision records are whole"] = (TextRules.DecisionRecords, Tree.Of(("docs/adr/0001-x.md", "## Status")), "no section Context"),
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_repository_keeps_the_rule(string rule) => Assert.Empty(_rules[rule].Check(_here.Value));

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_rule_catches_what_breaks_it(string rule) =>
        Assert.Contains(_rules[rule].Check(_rules[rule].Broken), problem => problem.Contains(_rules[rule].Says, StringComparison.Ordinal));

    [Fact]
    public void The_rules_see_the_whole_repository()
    {
        Assert.Contains("src/CanaryController.Core/Rollouts/RolloutSpec.cs", _here.Value.Files.Keys);
        Assert.Contains("docs/architecture.md", _here.Value.Files.Keys);
    }
}

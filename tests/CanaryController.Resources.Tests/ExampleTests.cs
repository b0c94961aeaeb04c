using System.Text.RegularExpressions;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

public sealed partial class ExampleTests
{
    /// <summary>kubectl's YAML ends a plain text at a question mark between braces, and then finds nonsense.</summary>
    [Fact]
    public void A_cron_expression_between_braces_is_quoted() => Assert.DoesNotContain(
        Directory.EnumerateFiles(Path.Combine(ExampleFiles.Root, "examples"), "*.yaml", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Path.Combine(ExampleFiles.Root, "docs"), "*.md")),
        file => File.ReadLines(file).Any(line => PlainCron().IsMatch(line)));

    [GeneratedRegex(@"\{[^""'}]*cron: [^""']", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainCron();

    public static TheoryData<string> Files => [.. ExampleFiles.Rollouts()];

    [Theory]
    [MemberData(nameof(Files))]
    public void An_example_has_no_problem_not_even_a_warning(string file)
    {
        var read = RolloutReader.Read(File.ReadAllText(Path.Combine(ExampleFiles.Root, file)), file, RolloutRules.ByRouter);
        Assert.Empty(read.Problems.Select(ProblemText.Format));
        Assert.NotEmpty(read.Documents);
    }

    [Fact]
    public void The_rules_know_the_buckets_of_the_gateways_histogram()
    {
        var gateway = File.ReadAllText(Path.Combine(ExampleFiles.Root, "src", "CanaryController.Gateway", "Metrics", "GatewayMetrics.cs"));
        var bounds = gateway.Split("Bounds = [")[1].Split(']')[0].Split(',').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(bounds, GatewayHistogram.BoundsSeconds);
    }

    [Fact]
    public void The_full_example_states_the_defaults()
    {
        var full = Assert.Single(RolloutReader.Read(ExampleFiles.Read("full.yaml"), null).Documents).Resource.Spec;
        var defaults = Assert.Single(RolloutReader.Read(ExampleFiles.Read("minimal.yaml"), null).Documents).Resource.Spec;
        Assert.Equal(defaults.Workload.ProgressDeadline, full.Workload.ProgressDeadline);
        Assert.Equal(defaults.Traffic.Gateway!.Name, full.Traffic.Gateway!.Name);
        Assert.Equal(defaults.Strategy.RollbackWindow, full.Strategy.RollbackWindow);
        Assert.Equal(defaults.Strategy.DrainDelay, full.Strategy.DrainDelay);
        Assert.Equal(
            defaults.Analysis with { Metrics = [], Source = full.Analysis.Source, WarmUp = full.Analysis.WarmUp },
            full.Analysis with { Metrics = [] });
    }
}

using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;
using CsCheck;

namespace CanaryController.Resources.Tests;

public sealed class ShownTextTests
{
    [Fact]
    public void A_duration_is_written_and_read_back_equal() => Gen.Long[0, 315_360_000_000].Sample(milliseconds =>
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        Assert.True(DurationText.TryParse(DurationText.Format(duration), out var read));
        Assert.Equal(duration, read);
    });

    [Fact]
    public void A_guess_is_null_or_a_duration() => Gen.String[Gen.Char["0123456789.:hmsd min\u0660"], 0, 20].Sample(text =>
        Assert.True(DurationText.Guess(text) is not { } guess || DurationText.TryParse(guess, out _), text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("m")]
    [InlineData("5 m")]
    [InlineData("30m1h")]
    [InlineData("1m1m")]
    [InlineData("1.5s")]
    [InlineData("-1s")]
    [InlineData("5M")]
    [InlineData("5m\n")]
    [InlineData("\u0665m")]
    [InlineData("999999999999h")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData("5 min", "5m")]
    [InlineData("1d", "24h")]
    [InlineData("1.5s", "1s500ms")]
    [InlineData("2 hours 30 minutes", "2h30m")]
    [InlineData("00:05:00", "5m")]
    [InlineData("30m1h", "1h30m")]
    [InlineData("PT5M", "5m")]
    [InlineData("P1DT2H", "26h")]
    [InlineData("PT", null)]
    [InlineData("P", null)]
    [InlineData("+5m", "5m")]
    [InlineData("soon", null)]
    [InlineData("5 apples", null)]
    public void A_wrong_duration_is_guessed(string text, string? guess) => Assert.Equal(guess, DurationText.Guess(text));

    [Theory]
    [InlineData(MetricKind.RequestSuccessRate, 0.992, "99.20 %")]
    [InlineData(MetricKind.RequestSuccessRate, 0.99996, "99.99 %")]
    [InlineData(MetricKind.RequestSuccessRate, 1.0, "100.00 %")]
    [InlineData(MetricKind.RequestSuccessRate, 0.9, "90.00 %")]
    [InlineData(MetricKind.RequestDuration, 1.0, "100.00 % within 500 ms")]
    [InlineData(MetricKind.RequestDuration, 0.98999, "98.99 % within 500 ms")]
    [InlineData(MetricKind.RequestDuration, null, "-")]
    [InlineData(MetricKind.Query, 12.5, "12.5")]
    [InlineData(MetricKind.Query, 1234567.0, "1234567")]
    [InlineData(MetricKind.Query, -0.00012345678, "-0.0001235")]
    [InlineData(MetricKind.Query, double.NaN, "-")]
    [InlineData(MetricKind.Query, null, "-")]
    public void A_value_is_shown_as_people_read_it(MetricKind kind, double? value, string shown) =>
        Assert.Equal(shown, MetricText.Value(new MetricSpec { Name = "m", Kind = kind, Max = kind is MetricKind.RequestDuration ? 0.5 : null }, value));

    [Theory]
    [InlineData(0.08, "90.00 % within 75 ms")]
    [InlineData(2.0, "90.00 % within 1.5 s")]
    [InlineData(0.001, "90.00 % within 5 ms")]
    [InlineData(0.3, "90.00 % within 300 ms")]
    public void The_share_of_fast_requests_names_the_bound_that_judges_them(double limitSeconds, string shown) =>
        Assert.Equal(shown, MetricText.Value(new MetricSpec { Name = "m", Kind = MetricKind.RequestDuration, Max = limitSeconds }, 0.9));

    [Fact]
    public void A_threshold_is_shown_as_people_read_it()
    {
        var spec = RolloutSpecMapper.ToSpec(Assert.Single(RolloutReader.Read(ExampleFiles.Read("full.yaml"), null).Documents).Resource);
        Assert.Equal(["min 99 %, at most 1.2x stable", "p99 max 500 ms", "min 10"], spec.Analysis.Metrics.Select(MetricText.Threshold));
        Assert.Equal("p50 max 75 ms", MetricText.Threshold(spec.Steps[2].Metrics[0]));
    }

    [Fact]
    public void A_resource_is_mapped_to_base_units()
    {
        var rollout = Assert.Single(RolloutReader.Read(ExampleFiles.Read("full.yaml"), null).Documents).Resource;
        var spec = RolloutSpecMapper.ToSpec(rollout);
        Assert.Equal((WorkloadKind.External, "v1", "v2"), (spec.Workload, spec.InitialStableRevision, RolloutSpecMapper.DeclaredRevision(rollout)));
        Assert.Equal([0, 50, 2_500, 5_000, 10_000], spec.Steps.Select(step => step.Weight.BasisPoints));
        Assert.Equal(0.01, spec.Analysis.FalseAlarmRate);
        Assert.Equal([0.99, null, 10.0], spec.Analysis.Metrics.Select(metric => metric.Min));
        Assert.Equal([null, 0.5, null], spec.Analysis.Metrics.Select(metric => metric.Max));
        Assert.Equal(2, spec.Steps[0].Matches.Count);
        Assert.Equal(TimeSpan.FromHours(4), spec.Steps[3].Approval!.Timeout);
    }

    [Fact]
    public void An_invalid_resource_is_not_mapped() => Assert.Throws<ArgumentException>(() => RolloutSpecMapper.ToSpec(new Rollout()));

    [Theory]
    [InlineData("f.yaml", 3, 5, "f.yaml:3:5: warning: a.b: it is odd. Fix: mend it.")]
    [InlineData("f.yaml", 0, 0, "f.yaml: warning: a.b: it is odd. Fix: mend it.")]
    [InlineData(null, 3, 5, "3:5: warning: a.b: it is odd. Fix: mend it.")]
    [InlineData(null, 0, 0, "warning: a.b: it is odd. Fix: mend it.")]
    public void A_problem_is_one_line(string? file, int line, int column, string text) =>
        Assert.Equal(text, ProblemText.Format(new FieldProblem("a.b", null, "it is odd", "mend it", file, line, column, ProblemSeverity.Warning)));
}

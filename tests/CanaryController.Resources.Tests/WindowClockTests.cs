using CanaryController.Core.Rollouts;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Resources.Tests;

/// <summary>Windows and freezes together: what a rollout is told.</summary>
public sealed class WindowClockTests
{
    private static readonly RolloutKey Shop = new("default", "shop");

    private static readonly OpenHours WorkingHours = OpenHours.Of([new() { Cron = "0 0 9 ? * MON-FRI", Duration = TimeSpan.FromHours(8), TimeZone = "Europe/Berlin" }])!;

    [Fact]
    public void Without_windows_and_freezes_it_is_always_open() => Assert.Same(WindowObservation.Open, Look("2026-12-05T12:00:00Z", null));

    [Fact]
    public void Outside_its_windows_a_rollout_is_told_the_next_opening()
    {
        var seen = Look("2026-12-04T17:00:00Z", WorkingHours);
        Assert.Equal("closed, outside the rollout's windows, until 2026-12-07 09:00 Europe/Berlin.", seen.Because);
        Assert.Equal(At("2026-12-07T08:00:00Z"), seen.OpensAt);
        Assert.True(Look("2026-12-07T08:00:00Z", WorkingHours).IsOpen);
    }

    [Fact]
    public void A_freeze_closes_an_open_window_and_the_next_opening_is_one_of_the_window()
    {
        var freeze = Read("{reason: no changes over Christmas., start: '2026-12-23T12:00:00+01:00', end: '2027-01-03T23:00:00+01:00'}");
        var seen = Look("2026-12-23T13:00:00Z", WorkingHours, freeze);
        Assert.Equal("closed by FreezeWindow one until 2027-01-04 08:00 UTC: no changes over Christmas.", seen.Because);
        Assert.Equal(("FreezeWindow one", At("2027-01-04T08:00:00Z")), (seen.ClosedBy, seen.OpensAt));
        Assert.True(Look("2026-12-23T10:00:00Z", WorkingHours, freeze).IsOpen);
    }

    [Fact]
    public void Freezes_that_overlap_open_when_the_last_one_has_ended()
    {
        var first = Read("{reason: a sale, start: '2026-12-01T00:00:00Z', end: '2026-12-03T00:00:00Z'}");
        var second = Read("{reason: a migration, start: '2026-12-02T00:00:00Z', end: '2026-12-05T00:00:00Z'}");
        var seen = Look("2026-12-02T12:00:00Z", null, first, second);
        Assert.Equal(At("2026-12-05T00:00:00Z"), seen.OpensAt);
        Assert.Equal("closed by FreezeWindow one and 1 more until 2026-12-05 00:00 UTC: a sale.", seen.Because);
    }

    [Fact]
    public void A_freeze_without_an_end_opens_when_somebody_ends_it()
    {
        var seen = Look("2026-12-02T12:00:00Z", WorkingHours, Read("{reason: incident 42, start: '2026-12-01T00:00:00Z'}"));
        Assert.Equal((null, "closed by FreezeWindow one until somebody ends it: incident 42."), (seen.OpensAt, seen.Because));
    }

    [Fact]
    public void Holidays_and_weekly_hours_are_freezes_too()
    {
        var holidays = Read("{reason: a holiday, dates: ['12-25'], timeZone: America/New_York}");
        Assert.Equal("closed by FreezeWindow one until 2026-12-26 00:00 America/New_York: a holiday.", Look("2026-12-25T12:00:00Z", null, holidays).Because);
        var friday = Read("{reason: no deploys on Friday evenings, cron: '0 0 16 ? * FRI', duration: 8h, timeZone: Europe/Berlin}");
        Assert.Equal(At("2026-12-04T23:00:00Z"), Look("2026-12-04T15:30:00Z", null, friday).OpensAt);
    }

    [Theory]
    [InlineData("{reason: r, dates: ['12-25'], selector: {names: [cart]}}", false)]
    [InlineData("{reason: r, dates: ['12-25'], selector: {names: [cart, shop]}}", true)]
    [InlineData("{reason: r, dates: ['12-25'], selector: {matchLabels: {team: web}}}", true)]
    [InlineData("{reason: r, dates: ['12-25'], selector: {matchLabels: {team: web, tier: one}}}", false)]
    [InlineData("{reason: r, dates: ['12-25'], selector: {names: [cart], matchLabels: {team: web}}}", false)]
    public void A_selector_chooses_by_names_and_labels(string spec, bool isFor) =>
        Assert.Equal(isFor, Read(spec).IsFor(Shop, [KeyValuePair.Create("team", "web")]));

    [Fact]
    public void A_freeze_is_for_its_namespace_and_one_of_the_cluster_for_all()
    {
        var text = "{reason: r, dates: ['12-25']}";
        Assert.False(Read(text).IsFor(new("other", "shop"), []));
        Assert.True(Read(text, FreezeWindow.ClusterKindText).IsFor(new("other", "shop"), []));
    }

    [Theory]
    [InlineData("{reason: r, cron: '0 * * ? * *', duration: 168h}", false)]
    [InlineData("{reason: r, cron: '0 * * ? * *', duration: 1m}", true)]
    public void A_freeze_whose_end_is_not_in_sight_is_searched_once_and_not_to_the_end_of_days(string spec, bool isLookedAtAgain)
    {
        var (freeze, start) = (Read(spec), At("2026-12-01T00:00:00Z"));
        var seen = WindowClock.Look(start, null, [freeze]);
        Assert.Equal((false, isLookedAtAgain), (seen.IsOpen, seen.OpensAt > start));
    }

    [Fact]
    public void What_cannot_be_read_is_closed_and_says_why()
    {
        var seen = Look("2026-12-02T12:00:00Z", null, Freeze.Unreadable("", "The file x.yaml", "x.yaml:3: it has errors."));
        Assert.Equal("closed by The file x.yaml until somebody ends it: it cannot be read: x.yaml:3: it has errors.", seen.Because);
        var own = OpenHours.Of([new() { Cron = "0 0 9 ? * *", Duration = TimeSpan.FromHours(1), TimeZone = "Moon/Base" }])!;
        Assert.Equal(
            "closed, outside the rollout's windows (window 1 cannot be read: there is no time zone Moon/Base), and no opening is foreseen.", Look("2026-12-02T09:30:00Z", own).Because);
    }

    [Theory]
    [InlineData("{reason: r}", "spec.start")]
    [InlineData("{dates: ['12-25']}", "spec.reason")]
    [InlineData("{reason: r, dates: ['12-25'], end: '2026-12-26T00:00:00Z'}", "spec.dates")]
    [InlineData("{reason: r, cron: '0 0 9 ? * *'}", "spec.duration")]
    [InlineData("{reason: r, duration: 5m}", "spec.cron")]
    [InlineData("{reason: r, start: '2026-12-26T00:00:00Z', end: '2026-12-25T00:00:00Z'}", "spec.end")]
    [InlineData("{reason: r, end: '2026-12-25 12:00'}", "spec.end")]
    [InlineData("{reason: r, dates: ['13-01']}", "spec.dates[0]")]
    [InlineData("{reason: r, dates: ['02-30']}", "spec.dates[0]")]
    [InlineData("{reason: r, dates: ['12-25'], timeZone: Europe/Atlantis}", "spec.timeZone")]
    [InlineData("{reason: r, cron: '0 9 * * 1', duration: 1h}", "spec.cron")]
    [InlineData("{reason: r, end: '2026-12-25T00:00:00Z', timeZone: UTC}", "spec.timeZone")]
    [InlineData("{reason: r, dates: ['12-25'], selector: {names: [Shop]}}", "spec.selector.names[0]")]
    public void A_wrong_freeze_names_its_field(string spec, string path)
    {
        var read = FreezeWindowReader.Read(Text(spec, FreezeWindow.KindText), "f.yaml");
        Assert.Contains(read.Problems, problem => problem.Path == path && problem.Fix is { Length: > 0 });
        Assert.True(Assert.Single(read.Documents).HasErrors);
    }

    [Fact]
    public void A_leap_day_that_returns_every_year_is_a_day() => Assert.Empty(FreezeWindowReader.Read(Text("{reason: r, dates: ['02-29']}", FreezeWindow.KindText), "f.yaml").Problems);

    [Fact]
    public void A_moment_without_an_offset_is_refused_with_one()
    {
        var read = FreezeWindowReader.Read(Text("{reason: r, end: '2026-12-25T12:00:00'}", FreezeWindow.KindText), "f.yaml");
        var problem = Assert.Single(read.Problems, problem => problem.Path == "spec.end");
        Assert.Equal("write 2026-12-25T12:00:00Z for UTC, or the offset in the place of Z", problem.Fix);
    }

    private static WindowObservation Look(string moment, OpenHours? own, params Freeze[] freezes) => WindowClock.Look(At(moment), own, freezes);

    private static Freeze Read(string spec, string kind = FreezeWindow.KindText)
    {
        var read = FreezeWindowReader.Read(Text(spec, kind), "f.yaml");
        Assert.Empty(read.Problems);
        return Freeze.Of(Assert.Single(read.Documents).Resource);
    }

    private static string Text(string spec, string kind) => $"apiVersion: canarycontroller.io/v1alpha1\nkind: {kind}\nmetadata: {{name: one}}\nspec: {spec}\n";

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

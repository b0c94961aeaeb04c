using CanaryController.Core;
using CanaryController.Resources.Windows;

namespace CanaryController.Resources.Tests;

/// <summary>What a wall clock shows, in nights when clocks are turned too.</summary>
public sealed class HoursTests
{
    private const string Berlin = "Europe/Berlin";
    private const string NewYork = "America/New_York";

    [Fact]
    public void Working_hours_are_those_of_the_zone_in_winter_and_summer()
    {
        var hours = Of("0 0 9 ? * MON-FRI", "8h", Berlin);
        Assert.Equal("2026-12-01T08:00Z 2026-12-01T16:00Z 2026-12-02T08:00Z", Changes(hours, "2026-12-01T03:00:00Z", 3));
        Assert.Equal("2026-07-01T07:00Z 2026-07-01T15:00Z", Changes(hours, "2026-07-01T03:00:00Z", 2));
        Assert.Equal("2026-12-07T08:00Z", Changes(hours, "2026-12-04T16:00:00Z", 1));
    }

    [Fact]
    public void A_window_over_midnight_ends_at_its_time_on_the_clock_in_every_night()
    {
        var hours = Of("0 0 22 ? * *", "8h", Berlin);
        Assert.Equal("2026-12-01T21:00Z 2026-12-02T05:00Z", Changes(hours, "2026-12-01T12:00:00Z", 2));
        Assert.Equal("2026-03-28T21:00Z 2026-03-29T04:00Z", Changes(hours, "2026-03-28T12:00:00Z", 2));
        Assert.Equal("2026-10-24T20:00Z 2026-10-25T05:00Z", Changes(hours, "2026-10-24T12:00:00Z", 2));
    }

    [Theory]
    [InlineData(Berlin, "0 0 2 ? * *", "2h", "2026-03-29T00:00:00Z", "2026-03-29T01:00Z 2026-03-29T02:00Z")]
    [InlineData(NewYork, "0 0 2 ? * *", "2h", "2026-03-08T05:00:00Z", "2026-03-08T07:00Z 2026-03-08T08:00Z")]
    public void Of_a_window_that_begins_in_the_hour_that_does_not_exist_the_rest_is_there(string zone, string cron, string duration, string from, string changes) =>
        Assert.Equal(changes, Changes(Of(cron, duration, zone), from, 2));

    [Theory]
    [InlineData(Berlin, "2026-03-29T00:00:00Z", "2026-03-30T00:15Z")]
    [InlineData(NewYork, "2026-03-08T05:00:00Z", "2026-03-09T06:15Z")]
    public void A_window_within_the_hour_that_does_not_exist_does_not_come_that_night(string zone, string from, string next) =>
        Assert.Equal(next, Changes(Of("0 15 2 ? * *", "30m", zone), from, 1));

    [Theory]
    [InlineData(Berlin, "0 15 2 ? * *", "2026-10-24T22:00:00Z", "2026-10-25T00:15Z 2026-10-25T00:45Z 2026-10-25T01:15Z 2026-10-25T01:45Z 2026-10-26T01:15Z")]
    [InlineData(NewYork, "0 15 1 ? * *", "2026-11-01T04:00:00Z", "2026-11-01T05:15Z 2026-11-01T05:45Z 2026-11-01T06:15Z 2026-11-01T06:45Z 2026-11-02T06:15Z")]
    public void A_window_within_the_hour_that_exists_twice_comes_twice(string zone, string cron, string from, string changes) =>
        Assert.Equal(changes, Changes(Of(cron, "30m", zone), from, 5));

    [Fact]
    public void A_window_that_begins_before_the_turning_and_ends_in_the_hour_that_exists_twice_is_open_in_both_passes()
    {
        var hours = Of("0 0 1 ? * *", "90m", Berlin);
        Assert.Equal("2026-10-24T23:00Z 2026-10-25T00:30Z 2026-10-25T01:00Z 2026-10-25T01:30Z", Changes(hours, "2026-10-24T12:00:00Z", 4));
    }

    [Theory]
    [InlineData("0 * * ? * *", "168h", "UTC")]
    [InlineData("0 * * ? * *", "168h", Berlin)]
    public void Hours_that_begin_again_before_they_end_never_end(string cron, string duration, string zone) =>
        Assert.Null(Of(cron, duration, zone).NextChange(At("2026-12-01T12:00:00Z")));

    [Fact]
    public void Hours_that_begin_every_minute_for_a_while_end_after_the_last_of_them()
    {
        var hours = Of("0 * 9-11 ? * *", "90m", "UTC");
        Assert.Equal("2026-12-01T09:00Z 2026-12-01T13:29Z", Changes(hours, "2026-12-01T00:00:00Z", 2));
        Assert.Equal("2026-12-01T13:29Z 2026-12-02T09:00Z", Changes(hours, "2026-12-01T12:00:30Z", 2));
    }

    [Fact]
    public void Of_hours_without_an_end_in_sight_the_moment_is_told_to_which_the_search_came_and_the_same_to_all()
    {
        var hours = Of("0 * * ? * *", "1m", "UTC");
        var found = hours.NextChange(At("2026-12-01T12:00:00Z"))!.Value;
        Assert.True(hours.Contain(found) && found > At("2026-12-02T00:00:00Z"), $"{found}");
        Assert.Equal(found, hours.NextChange(At("2026-12-01T18:00:00Z")));
        Assert.NotEqual(found, hours.NextChange(At("2026-12-01T11:00:00Z")));
    }

    [Fact]
    public void Hours_that_overlap_are_one()
    {
        var hours = Of("0 0 9,10,11 ? * *", "90m", "UTC");
        Assert.Equal("2026-12-01T09:00Z 2026-12-01T12:30Z", Changes(hours, "2026-12-01T00:00:00Z", 2));
    }

    [Fact]
    public void Hours_without_a_gap_never_change_though_clocks_do()
    {
        var hours = Of("0 0 * ? * *", "1h", Berlin);
        Assert.True(hours.Contain(At("2026-10-25T01:30:00Z")));
        Assert.True(hours.Contain(At("2026-03-29T01:00:00Z")));
    }

    [Fact]
    public void A_leap_day_is_found_years_ahead() =>
        Assert.Equal("2028-02-29T12:00Z 2028-02-29T13:00Z 2032-02-29T12:00Z", Changes(Of("0 0 12 29 2 ?", "1h", "UTC"), "2026-01-01T00:00:00Z", 3));

    [Fact]
    public void On_excepted_days_it_stays_closed_from_midnight_to_midnight()
    {
        var hours = Of("0 0 22 ? * *", "8h", Berlin, "2026-12-24", "12-25");
        Assert.Equal("2026-12-22T21:00Z 2026-12-23T05:00Z 2026-12-23T21:00Z 2026-12-23T23:00Z 2026-12-25T23:00Z 2026-12-26T05:00Z", Changes(hours, "2026-12-22T12:00:00Z", 6));
        Assert.Equal("2027-12-24T21:00Z 2027-12-24T23:00Z 2027-12-25T23:00Z", Changes(hours, "2027-12-24T12:00:00Z", 3));
    }

    [Fact]
    public void Whole_days_are_those_of_the_zone()
    {
        var (days, problem) = Hours.Of(EquatableArray.Create(["12-24", "2026-12-31"]), NewYork);
        Assert.Null(problem);
        Assert.Equal("2026-12-24T05:00Z 2026-12-25T05:00Z 2026-12-31T05:00Z 2027-01-01T05:00Z 2027-12-24T05:00Z", Changes(days!, "2026-12-01T00:00:00Z", 5));
    }

    [Theory]
    [InlineData("Europe/Berlim", "there is no time zone Europe/Berlim")]
    [InlineData("europe/berlin", "there is no time zone europe/berlin")]
    public void An_unknown_zone_is_a_clear_problem(string zone, string problem) => Assert.Equal(problem, Hours.Of("0 0 9 ? * *", TimeSpan.FromHours(1), zone, []).Problem);

    [Fact]
    public void A_near_zone_is_guessed() => Assert.Equal("Europe/Berlin", Zone.Guess("europe/berlin"));

    [Theory]
    [InlineData("0 9 * * 1-5", "has 5 fields, not 6 or 7: second, minute, hour, day of month, month, day of week, and a year if need be")]
    [InlineData("* 0 9 ? * *", "begins more than once a minute: its first field is the second")]
    [InlineData("0 0 9 30 2 ?", "names no time that ever comes")]
    public void A_wrong_expression_says_what_is_wrong(string cron, string problem) => Assert.Equal(problem, CronText.Read(cron).Problem);

    [Fact]
    public void Everything_that_Contain_says_agrees_with_the_changes()
    {
        Hours[] all = [Of("0 0 22 ? * *", "8h", Berlin, "10-25"), Of("0 15 2 ? * SUN", "30m", NewYork), Of("0 0/20 1-3 ? * *", "10m", Berlin)];
        foreach (var hours in all)
        {
            foreach (var day in (string[])["2026-03-08T00:00:00Z", "2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z", "2026-11-01T00:00:00Z"])
            {
                var next = hours.NextChange(At(day));
                var contains = hours.Contain(At(day));
                for (var moment = At(day); moment < At(day).AddDays(1); moment = moment.AddMinutes(5))
                {
                    if (moment >= next)
                    {
                        contains = !contains;
                        next = hours.NextChange(next.Value);
                    }

                    Assert.Equal(contains, hours.Contain(moment));
                }
            }
        }
    }

    private static Hours Of(string cron, string duration, string zone, params string[] except)
    {
        Assert.True(Rollouts.DurationText.TryParse(duration, out var length));
        var (hours, problem) = Hours.Of(cron, length, zone, EquatableArray.Create(except.AsSpan()));
        Assert.Null(problem);
        return hours!;
    }

    private static string Changes(Hours hours, string from, int count)
    {
        var (moment, changes) = (At(from), new List<string>());
        for (var index = 0; index < count && hours.NextChange(moment) is { } next; index++)
        {
            changes.Add($"{next.UtcDateTime:yyyy-MM-dd'T'HH:mm}Z");
            moment = next;
        }

        return string.Join(' ', changes);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

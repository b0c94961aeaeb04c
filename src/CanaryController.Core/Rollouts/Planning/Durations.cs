namespace CanaryController.Core.Rollouts.Planning;

/// <summary>Durations for people, in the units that they write: <c>1 h 5 min</c>, <c>90 s</c>.</summary>
internal static class Durations
{
    public static string Describe(TimeSpan duration)
    {
        var seconds = (long)Math.Ceiling(Math.Max(0, duration.TotalSeconds));
        var (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
        return (hours, minutes, rest) switch
        {
            ( > 0, 0, _) => $"{hours} h",
            ( > 0, _, _) => $"{hours} h {minutes} min",
            (_, >= 2, 0) => $"{minutes} min",
            (_, >= 2, _) => $"{minutes} min {rest} s",
            _ => $"{seconds} s",
        };
    }
}

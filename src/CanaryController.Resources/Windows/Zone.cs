using NodaTime;

namespace CanaryController.Resources.Windows;

/// <summary>
/// An IANA time zone: what its clocks show, and when they are turned. The zones come with the program (NodaTime's tzdb), not from the machine: a container without tzdata knows them too, and every
/// replica the same ones.
/// </summary>
public sealed class Zone
{
    /// <summary>The zone where none is named.</summary>
    public const string Default = "UTC";

    private readonly DateTimeZone _zone;

    private Zone(DateTimeZone zone) => _zone = zone;

    /// <summary>Its name.</summary>
    public string Name => _zone.Id;

    /// <summary>The zone of that name, spelt exactly; null when there is none.</summary>
    public static Zone? Find(string name) =>
        DateTimeZoneProviders.Tzdb.Ids.Contains(name) && DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone ? new(zone) : null;

    /// <summary>The name that somebody probably meant: of another case, or with a space for a line; null when there is none.</summary>
    public static string? Guess(string name)
    {
        var wanted = name.Trim().Replace(' ', '_');
        return DateTimeZoneProviders.Tzdb.Ids.FirstOrDefault(id => string.Equals(id, wanted, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What the zone's clocks show.</summary>
    public DateTime Clock(DateTimeOffset moment) => DateTime.SpecifyKind(moment.UtcDateTime + SpanAt(moment).Offset, DateTimeKind.Unspecified);

    /// <summary>How far the clocks are ahead of UTC, and until when; null = for good.</summary>
    public (TimeSpan Offset, DateTimeOffset? Until) SpanAt(DateTimeOffset moment)
    {
        var span = _zone.GetZoneInterval(Instant.FromDateTimeOffset(moment));
        return (span.WallOffset.ToTimeSpan(), span.HasEnd ? span.End.ToDateTimeOffset() : null);
    }

    /// <summary>A moment as people read it: <c>2026-12-27 08:00 Europe/Berlin</c>.</summary>
    public string Show(DateTimeOffset moment) => $"{Clock(moment):yyyy-MM-dd HH:mm} {Name}";
}

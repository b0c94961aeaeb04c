using System.Globalization;

namespace CanaryController.Resources.Reading;

/// <summary>Moments.</summary>
internal sealed partial class FieldReader
{
    private static readonly string[] _momentForms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>A moment with its offset from UTC (RFC 3339); null when it is left out.</summary>
    public DateTimeOffset? Moment(string name)
    {
        if (Single(name, "a moment like 2026-12-24T00:00:00+01:00") is not { } scalar)
        {
            return null;
        }

        if (HasOffset(scalar.Text) && DateTimeOffset.TryParseExact(scalar.Text, _momentForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return moment;
        }

        var lacksOffset = DateTime.TryParse(scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read);
        _problems.Report(
            PathOf(name),
            scalar,
            lacksOffset ? $"{Named(scalar)} does not say how far it is from UTC" : $"{Named(scalar)} is not a moment",
            lacksOffset ? $"write {read.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss}Z for UTC, or the offset in the place of Z" : "write date, time and offset, like 2026-12-24T00:00:00+01:00");
        return null;
    }

    private static bool HasOffset(string text) => text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');
}

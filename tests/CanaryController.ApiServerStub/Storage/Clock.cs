using System.Globalization;

namespace CanaryController.ApiServerStub.Storage;

/// <summary>Moments as the API writes them.</summary>
internal static class Clock
{
    public static string Text(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

using System.Globalization;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Splits;

namespace CanaryController.Gateway.Routing;

/// <summary>
/// Session affinity that does not drift. The cookie holds the visitor's position in the split, not a version, and every visitor gets one: so nobody is
/// drained to the canary over time, raising a weight moves only the needed visitors, and weight 0 moves all of them back at once. It is not signed: a visitor
/// who forges it chooses a position, which clearing cookies until one fits gives as well. New visitors take positions evenly; the share among
/// requests is statistical, because some visitors send more of them.
/// </summary>
internal static class Affinity
{
    /// <summary>Coprime with 10,000 and near its golden section: consecutive visitors land far apart and any 10,000 take each position once.</summary>
    private const ulong Stride = 6181;

    public static int PositionOf(HttpContext context, AffinityOptions options, ref ulong visitors)
    {
        if (context.Request.Cookies.TryGetValue(options.Cookie, out var kept)
            && int.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var known)
            && known < Split.Whole)
        {
            return known;
        }

        var position = (int)(Interlocked.Increment(ref visitors) * Stride % Split.Whole);
        context.Response.OnStarting(SetCookie, new NewVisitor(context, options, position));
        return position;
    }

    // At the response's start, because copying the version's headers would replace it.
    private static Task SetCookie(object state)
    {
        var (context, options, position) = (NewVisitor)state;
        context.Response.Cookies.Append(options.Cookie, position.ToString(CultureInfo.InvariantCulture), new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps || context.Request.Headers["X-Forwarded-Proto"] == "https",
            MaxAge = options.Ttl,
        });
        return Task.CompletedTask;
    }

    private sealed record NewVisitor(HttpContext Context, AffinityOptions Options, int Position);
}

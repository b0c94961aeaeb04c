using CanaryController.Manager.Rollouts;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Api;

/// <summary>Errors as RFC 9457 problem details.</summary>
internal static class ApiProblems
{
    private const string MediaType = "application/problem+json";

    /// <summary>An answer with a problem.</summary>
    public static IResult Of(int status, string title, string detail, IReadOnlyList<FieldProblem>? errors = null) =>
        Results.Json(Body(status, title, detail, errors), ApiJson.Default.ApiProblem, MediaType, status);

    /// <summary>The answer to whoever is not let in, with the headers that belong to it.</summary>
    public static IResult Of(HttpContext context, AccessRefusal refusal)
    {
        if (refusal.Kind is AccessRefusalKind.Unauthenticated)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (refusal.RetryAfter > TimeSpan.Zero)
        {
            context.Response.Headers.RetryAfter = $"{Math.Ceiling(refusal.RetryAfter.TotalSeconds):0}";
        }

        var (status, title) = refusal.Kind switch
        {
            AccessRefusalKind.Unauthenticated => (StatusCodes.Status401Unauthorized, "Not authenticated"),
            AccessRefusalKind.Forbidden => (StatusCodes.Status403Forbidden, "Not allowed"),
            AccessRefusalKind.Throttled => (StatusCodes.Status429TooManyRequests, "Too many requests"),
            AccessRefusalKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "Cannot be checked"),
        };
        return Of(status, title, refusal.Detail);
    }

    /// <summary>Writes a problem where no endpoint is reached.</summary>
    public static Task WriteAsync(HttpContext context, int status, string title, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            Body(status, title, detail, null), ApiJson.Default.ApiProblem, MediaType, context.RequestAborted);
    }

    /// <summary>The middleware: says in an answer what the store's failure means to whoever asked.</summary>
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (StoreUnavailableException wrong) when (!context.Response.HasStarted)
        {
            await WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "Not stored",
                $"{wrong.Message} Nothing was changed; send it again once that is mended. Failing canaries are rolled back meanwhile all the same; to roll one back by hand, remove its file.");
        }
    }

    private static ApiProblem Body(int status, string title, string detail, IReadOnlyList<FieldProblem>? errors) =>
        new() { Status = status, Title = title, Detail = detail, Errors = errors ?? [] };
}

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

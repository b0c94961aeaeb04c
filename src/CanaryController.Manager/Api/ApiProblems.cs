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

    private static ApiProblem Body(int status, string title, string detail, IReadOnlyList<FieldProblem>? errors) =>
        new() { Status = status, Title = title, Detail = detail, Errors = errors ?? [] };
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CanaryController.Manager.Api;

/// <summary>Reads the body of a request.</summary>
internal static class ApiBody
{
    /// <summary>What the body holds, or the answer that says why it cannot be read; never both.</summary>
    /// <param name="context">The request.</param>
    /// <param name="type">How it is read.</param>
    /// <param name="what">What it should be, for people.</param>
    public static async Task<(T? Request, IResult? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, string what)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, ApiProblems.Of(StatusCodes.Status415UnsupportedMediaType, "JSON expected", "Send Content-Type: application/json."));
        }

        try
        {
            var request = await context.Request.ReadFromJsonAsync(type, context.RequestAborted);
            return request is null ? (null, ApiProblems.Of(StatusCodes.Status400BadRequest, $"No {what}", "The body is null.")) : (request, null);
        }
        catch (JsonException wrong)
        {
            return (null, ApiProblems.Of(StatusCodes.Status400BadRequest, $"Not a {what}", $"The body cannot be read: {wrong.Message}"));
        }
        catch (InvalidOperationException wrong) when (wrong.InnerException is ArgumentException)
        {
            // How ReadFromJsonAsync says that it does not know the charset.
            return (null, ApiProblems.Of(StatusCodes.Status415UnsupportedMediaType, "JSON expected", "The charset is not known; send UTF-8."));
        }
        catch (BadHttpRequestException wrong)
        {
            return (null, ApiProblems.Of(wrong.StatusCode, "Bad request", wrong.Message));
        }
    }
}

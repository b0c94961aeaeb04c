using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace CanaryController.Manager.Api;

/// <summary>
/// Who may call. With tokens: whoever names one, as far as its roles go. Without: everybody on this machine, and then the Host header must be a loopback
/// name, so that a web page that rebinds its own name to 127.0.0.1 is refused. The address of the section <c>probes</c> serves everybody, and nothing that needs a name.
/// </summary>
internal sealed class ApiAccess(ApiOptions options, ProbeOptions probes)
{
    /// <summary>The actor of local users who need no token.</summary>
    public const string LocalActor = "local";

    /// <summary>How long a token may be.</summary>
    public const int MaxTokenChars = 512;

    private const string Scheme = "Bearer ";
    private static readonly object _callerKey = new();

    /// <summary>The middleware: knows the caller, or answers 401, 404 or 421.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.LocalPort == probes.Listen?.Port)
        {
            await (IsOpen(context.Request.Path)
                ? next(context)
                : ApiProblems.WriteAsync(context, StatusCodes.Status404NotFound, "No such resource", "This address serves /healthz, /readyz and /metrics only."));
            return;
        }

        if (options.Tokens.Count == 0 && !ApiOptions.IsLoopbackName(context.Request.Host.Host))
        {
            await ApiProblems.WriteAsync(
                context, StatusCodes.Status421MisdirectedRequest, "Wrong host", "Without tokens this API answers only to a loopback name, like 127.0.0.1 or localhost.");
            return;
        }

        if (IsOpen(context.Request.Path))
        {
            await next(context);
            return;
        }

        if (Identify(context.Request) is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ApiProblems.WriteAsync(
                context, StatusCodes.Status401Unauthorized, "Not authenticated", "Send Authorization: Bearer TOKEN with a token that api.tokens names.");
            return;
        }

        context.Items[_callerKey] = caller;
        await next(context);
    }

    /// <summary>Who calls.</summary>
    public static ApiCaller CallerOf(HttpContext context) => (ApiCaller)context.Items[_callerKey]!;

    /// <summary>Probes and metrics name no secrets and need no token.</summary>
    private static bool IsOpen(PathString path) => path == "/healthz" || path == "/readyz" || path == "/metrics";

    /// <summary>Every token is compared, each in fixed time: how long it takes says nothing about any of them.</summary>
    private ApiCaller? Identify(HttpRequest request)
    {
        if (options.Tokens.Count == 0)
        {
            return new(LocalActor, ApiRoles.View | ApiRoles.Operate | ApiRoles.Approve);
        }

        var header = request.Headers[HeaderNames.Authorization].ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > Scheme.Length + MaxTokenChars)
        {
            return null;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()));
        var found = default(ApiCaller);
        foreach (var token in options.Tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, token.Sha256.Span))
            {
                found = new(token.Name, token.Roles);
            }
        }

        return found;
    }
}

/// <summary>Who calls, and what that one may do.</summary>
internal sealed record ApiCaller(string Actor, ApiRoles Roles)
{
    /// <summary>True when <paramref name="role"/> is among the roles.</summary>
    public bool May(ApiRoles role) => (Roles & role) == role;
}

using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Approvals.Webhooks;
using Microsoft.Net.Http.Headers;
using Prometheus;

namespace CanaryController.Manager.Api;

/// <summary>
/// Who may call. Whoever sends a token that an authority knows, as far as that one allows it. Where no token is asked for: everybody on this machine, and then the Host header must be a
/// loopback name, so that a web page that rebinds its own name to 127.0.0.1 is refused. Signed requests need neither. The address of the section <c>probes</c> serves everybody, and nothing that needs a name.
/// </summary>
internal sealed class ApiAccess(ApiOptions options, ProbeOptions probes, IEnumerable<IApiAuthority> authorities, IMetricFactory metrics)
{
    /// <summary>The actor of local users who need no token.</summary>
    public const string LocalActor = "local";

    /// <summary>How long a token may be. Those of service accounts have about 1,000 characters, those of identity providers with many groups some thousands.</summary>
    public const int MaxTokenChars = 16 * 1024;

    private const string Scheme = "Bearer ";
    private static readonly object _callerKey = new();
    private static readonly RoleCaller _local = new(LocalActor, ApiRoles.View | ApiRoles.Operate | ApiRoles.Approve | ApiRoles.BreakGlass);

    private readonly IApiAuthority[] _authorities = [.. authorities];
    private readonly Counter _refusals = metrics.CreateCounter(
        "canary_api_refusals_total", "Requests to the HTTP API that were not let in; reason is Unauthenticated, Forbidden, Throttled or Unavailable.", ["reason"]);

    /// <summary>The middleware: knows the caller, or answers 401, 404, 421, 429 or 503.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.LocalPort == probes.Listen?.Port)
        {
            await (IsOpen(context.Request.Path)
                ? next(context)
                : ApiProblems.WriteAsync(context, StatusCodes.Status404NotFound, "No such resource", "This address serves /healthz, /readyz and /metrics only."));
            return;
        }

        if (IsSigned(context.Request.Path))
        {
            await next(context);
            return;
        }

        if (!options.WantsToken && !ApiOptions.IsLoopbackName(context.Request.Host.Host))
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

        var (caller, refusal) = await IdentifyAsync(context);
        if (caller is null)
        {
            await Refuse(context, refusal!).ExecuteAsync(context);
            return;
        }

        context.Items[_callerKey] = caller;
        await next(context);
    }

    /// <summary>Who calls.</summary>
    public static ApiCaller CallerOf(HttpContext context) => (ApiCaller)context.Items[_callerKey]!;

    /// <summary>Whether the caller may do something: null when it may, else the answer to give.</summary>
    public async ValueTask<IResult?> CheckAsync(HttpContext context, ApiAct act) =>
        await CallerOf(context).CheckAsync(act, context.RequestAborted) is { } refusal ? Refuse(context, refusal) : null;

    /// <summary>The same for who is served since a while: false when the token does not count any more, its holder may not any more, or nobody can say so.</summary>
    public async ValueTask<bool> IsStillAllowedAsync(HttpContext context, ApiAct act)
    {
        try
        {
            return (await IdentifyAsync(context)).Caller is { } caller && await caller.CheckAsync(act, context.RequestAborted) is null;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>An endpoint filter: lets only those through who may do <paramref name="verb"/> with the namespace and the rollout of the path.</summary>
    public Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> Require(ApiVerb verb) => async (invocation, next) =>
    {
        var values = invocation.HttpContext.Request.RouteValues;
        var ns = (string?)values["ns"];
        var act = new ApiAct(verb, ns == RolloutEndpoints.AllNamespaces ? null : ns, (string?)values["name"]);
        return await CheckAsync(invocation.HttpContext, act) ?? await next(invocation);
    };

    /// <summary>Who sends these proves it by a signature over the body, which the endpoint checks: whatever the Host header says, and without a token.</summary>
    private static bool IsSigned(PathString path) => path == ApprovalWebhookEndpoint.Path || path == SlackEndpoint.Path;

    /// <summary>Probes and metrics name no secrets and need no token.</summary>
    private static bool IsOpen(PathString path) => path == "/healthz" || path == "/readyz" || path == "/metrics";

    private async ValueTask<Identification> IdentifyAsync(HttpContext context)
    {
        if (!options.WantsToken)
        {
            return new(_local, null);
        }

        var refusal = new AccessRefusal(AccessRefusalKind.Unauthenticated, $"Send Authorization: Bearer TOKEN with {options.KnownTokens}.");
        if (TokenOf(context.Request) is not { } token)
        {
            return new(null, refusal);
        }

        foreach (var authority in _authorities)
        {
            var answer = await authority.IdentifyAsync(token, context.RequestAborted);
            if (answer.Caller is not null)
            {
                return answer;
            }

            refusal = answer.Refusal ?? refusal;
        }

        return new(null, refusal);
    }

    /// <summary>Null when the request has none, or what it has cannot be one.</summary>
    private static string? TokenOf(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization].ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > Scheme.Length + MaxTokenChars)
        {
            return null;
        }

        var token = header[Scheme.Length..].Trim();
        return token.Length > 0 && token.All(letter => letter is > ' ' and <= '~') ? token : null;
    }

    private IResult Refuse(HttpContext context, AccessRefusal refusal)
    {
        _refusals.WithLabels(refusal.Kind.ToString()).Inc();
        return ApiProblems.Of(context, refusal);
    }
}

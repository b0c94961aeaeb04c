using CanaryController.Gateway.Metrics;
using CanaryController.Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace CanaryController.Gateway.Forwarding;

/// <summary>Takes each user's request to the version that its route chooses, and counts what became of it.</summary>
internal sealed class TrafficHandler(
    RouteRegistry routes, IHttpForwarder forwarder, HttpMessageInvoker client, GatewayTransformer transformer, GatewayMetrics metrics, FailureLog failures, TimeProvider time)
{
    private const int ClientClosedRequest = 499;

    public Task HandleAsync(HttpContext context) => routes.Table.Find(context.Request) is { } route
        ? ForwardAsync(context, route)
        : RefuseAsync(context);

    private Task RefuseAsync(HttpContext context)
    {
        metrics.Unmatched();
        return AnswerAsync(context, StatusCodes.Status404NotFound, GatewayError.NoRoute);
    }

    private async Task ForwardAsync(HttpContext context, GatewayRoute route)
    {
        var start = time.GetTimestamp();
        var version = route.Choose(context);
        int code;
        if (version.Next() is { } destination)
        {
            var error = await forwarder.SendAsync(context, destination.Address, client, version.RequestConfig, transformer);
            code = error == ForwarderError.None ? context.Response.StatusCode : await FinishFailedAsync(context, route, version, error);
        }
        else
        {
            code = StatusCodes.Status503ServiceUnavailable;
            await AnswerAsync(context, code, GatewayError.NoHealthyDestination);
        }

        version.Metrics.Count(code);
        if (code != StatusCodes.Status101SwitchingProtocols)
        {
            version.Metrics.Took(time.GetElapsedTime(start));
        }
    }

    /// <summary>Completes the answer when there is still a chance to, and returns the status to count.</summary>
    private async Task<int> FinishFailedAsync(HttpContext context, GatewayRoute route, GatewayVersion version, ForwarderError error)
    {
        var code = StatusToCount(context, error);
        if (code != ClientClosedRequest)
        {
            failures.Note(route.Name, version.Name, error, context.Features.Get<IForwarderErrorFeature>()?.Exception);
        }

        if (!context.Response.HasStarted)
        {
            await AnswerAsync(context, code == ClientClosedRequest ? context.Response.StatusCode : code, GatewayError.Of(error));
        }

        return code;
    }

    /// <summary>
    /// The status that the user got, with two exceptions. A user who went away counts as 499: no version can help that. A response that its version
    /// broke off, or left unfinished for the route's timeout, after the status was sent counts as 502, because the user did not get it.
    /// </summary>
    private static int StatusToCount(HttpContext context, ForwarderError error) => error switch
    {
        // The forwarder says "canceled" only of the user: a timeout is blamed on the side that was waited for.
        ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => ClientClosedRequest,
        ForwarderError.ResponseBodyDestination => StatusCodes.Status502BadGateway,
        // Nothing was sent: the request is none that can be passed on (CONNECT).
        ForwarderError.RequestCreation => StatusCodes.Status400BadRequest,
        ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
            when !context.Response.HasStarted && context.RequestAborted.IsCancellationRequested => ClientClosedRequest,
        // The version switched protocols unasked: the status was taken over, but nothing was sent.
        _ when !context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols => StatusCodes.Status502BadGateway,
        _ => context.Response.StatusCode,
    };

    private static Task AnswerAsync(HttpContext context, int status, string reason)
    {
        // What the version's answer left behind does not belong to this one.
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.Headers[GatewayError.Header] = reason;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync($"{status}: {reason}\n", CancellationToken.None);
    }
}

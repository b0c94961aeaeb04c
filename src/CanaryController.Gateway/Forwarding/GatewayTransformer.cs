using System.Net;
using CanaryController.Gateway.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace CanaryController.Gateway.Forwarding;

/// <summary>What the gateway changes about requests and responses: X-Forwarded-*, and nobody but the gateway says <see cref="GatewayError.Header"/>.</summary>
internal sealed class GatewayTransformer(ForwardedHeaders forwarded) : HttpTransformer
{
    private const string ForwardedFor = "X-Forwarded-For";
    private const string ForwardedProto = "X-Forwarded-Proto";
    private const string ForwardedHost = "X-Forwarded-Host";

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var headers = proxyRequest.Headers;
        if (httpContext.Connection.RemoteIpAddress is { } address)
        {
            var client = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
            Write(httpContext, headers, ForwardedFor, client, append: true);
        }

        Write(httpContext, headers, ForwardedProto, httpContext.Request.Scheme, append: false);
        if (httpContext.Request.Host.Value is { Length: > 0 } host)
        {
            Write(httpContext, headers, ForwardedHost, host, append: false);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var goOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is not null)
        {
            httpContext.Response.Headers.Remove(GatewayError.Header);
            if (proxyResponse.StatusCode == HttpStatusCode.NoContent)
            {
                // There is nothing to have a length (RFC 9110, 8.6). Our server would miss the announced bytes and answer 500 instead.
                httpContext.Response.ContentLength = null;
            }
        }

        return goOn;
    }

    private void Write(HttpContext context, System.Net.Http.Headers.HttpRequestHeaders headers, string name, string value, bool append)
    {
        if (!context.Request.Headers.TryGetValue(name, out var sent) || sent.Count == 0)
        {
            headers.TryAddWithoutValidation(name, value);
            return;
        }

        if (forwarded == ForwardedHeaders.Append && !append)
        {
            return;
        }

        headers.Remove(name);
        headers.TryAddWithoutValidation(name, forwarded == ForwardedHeaders.Append ? $"{sent}, {value}" : value);
    }
}

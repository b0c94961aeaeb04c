using Yarp.ReverseProxy.Forwarder;

namespace CanaryController.Gateway.Forwarding;

/// <summary>Why the gateway answered instead of a version: the values of <c>X-Canary-Gateway-Error</c>.</summary>
internal static class GatewayError
{
    public const string Header = "X-Canary-Gateway-Error";

    /// <summary>404: no route takes the request.</summary>
    public const string NoRoute = nameof(NoRoute);

    /// <summary>503: all addresses of the chosen version are unhealthy.</summary>
    public const string NoHealthyDestination = nameof(NoHealthyDestination);

    /// <summary>502: the address refused, or broke the connection before its answer.</summary>
    public const string Unreachable = nameof(Unreachable);

    /// <summary>504: the version was silent for the route's timeout.</summary>
    public const string TimedOut = nameof(TimedOut);

    /// <summary>4xx: the user's request broke off or is not valid.</summary>
    public const string BadRequest = nameof(BadRequest);

    /// <summary>502: the version's answer is not valid.</summary>
    public const string BadResponse = nameof(BadResponse);

    public static string Of(ForwarderError error) => error switch
    {
        ForwarderError.RequestTimedOut or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled => TimedOut,
        ForwarderError.RequestBodyClient or ForwarderError.RequestCreation => BadRequest,
        ForwarderError.NoAvailableDestinations => NoHealthyDestination,
        ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination => BadResponse,
        ForwarderError.None or ForwarderError.Request or ForwarderError.RequestCanceled or ForwarderError.RequestBodyDestination
            or ForwarderError.ResponseBodyClient or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
            or ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient
            or ForwarderError.UpgradeResponseDestination or ForwarderError.UpgradeActivityTimeout => Unreachable,
    };
}

using Microsoft.AspNetCore.Http.Features;

namespace CanaryController.Gateway.Forwarding;

/// <summary>
/// Tells who ended a response in its middle. The forwarder reports the same error for a user who went away and for a version that fell silent, and then aborts the
/// request itself, which looks like the former. So this notes whether the user was gone already at the moment of that abort.
/// </summary>
internal sealed class AbortWatch(IHttpRequestLifetimeFeature lifetime, IHttpResetFeature? reset) : IHttpRequestLifetimeFeature, IHttpResetFeature
{
    private bool _aborted;

    /// <summary>The user was still there when the gateway gave up.</summary>
    public bool GatewayGaveUp { get; private set; }

    public CancellationToken RequestAborted
    {
        get => lifetime.RequestAborted;
        set => lifetime.RequestAborted = value;
    }

    public static void Attach(HttpContext context)
    {
        var watch = new AbortWatch(context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), context.Features.Get<IHttpResetFeature>());
        context.Features.Set<IHttpRequestLifetimeFeature>(watch);
        if (watch.CanReset)
        {
            context.Features.Set<IHttpResetFeature>(watch);
        }
    }

    public void Abort()
    {
        NoteAbort();
        lifetime.Abort();
    }

    public void Reset(int errorCode)
    {
        NoteAbort();
        reset?.Reset(errorCode);
    }

    private bool CanReset => reset is not null;

    private void NoteAbort()
    {
        if (!_aborted)
        {
            _aborted = true;
            GatewayGaveUp = !lifetime.RequestAborted.IsCancellationRequested;
        }
    }
}

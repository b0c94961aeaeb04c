using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json;
using System.Threading.RateLimiting;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Outbound;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>
/// Listens for the API server's questions, with TLS, on a port of its own, in every replica. It shares nothing with the HTTP API. Who calls is not asked: an answer tells nothing that the
/// caller did not send, except whether a name is led by a Rollout.
/// </summary>
internal sealed class AdmissionServer : IHostedService, IAsyncDisposable
{
    /// <summary>The largest body: two objects, of which the API server takes none larger than 3 MB.</summary>
    public const int MaxBodyBytes = 8 << 20;

    /// <summary>How many requests are read and decided at once; <see cref="MaxWaiting"/> more wait, all others are answered with 503.</summary>
    public const int MaxAtOnce = 16;

    /// <summary>See <see cref="MaxAtOnce"/>.</summary>
    public const int MaxWaiting = 128;

    private const int MaxConnections = 200;

    /// <summary>How long one request may wait and its body may take; the webhooks' own timeout is 2 seconds or more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeaderPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(5);

    private readonly AdmissionDesk _desk;
    private readonly AdmissionMetrics _metrics;
    private readonly ServingCertificate _certificate;
    private readonly TimeProvider _time;
    private readonly ILogger<AdmissionServer> _logger;
    private readonly WebApplication _app;
    private readonly ConcurrencyLimiter _limiter = new(new() { PermitLimit = MaxAtOnce, QueueLimit = MaxWaiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    public AdmissionServer(
        AdmissionOptions options, AdmissionDesk desk, AdmissionMetrics metrics, ServingCertificate certificate, TimeProvider time, ILoggerFactory loggers)
    {
        (_desk, _metrics, _certificate, _time, _logger) = (desk, metrics, certificate, time, loggers.CreateLogger<AdmissionServer>());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "canary-manager-admission" });
        builder.Services.AddSingleton(loggers).AddSingleton<IHostLifetime, InnerLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = HeaderPatience;
            kestrel.Listen(options.EndPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = HandshakePatience, OnConnection = _ => ValueTask.FromResult(Tls()) });
            });
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where it listens, once started.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _app.StartAsync(cancellationToken);
        _logger.Listens(Address);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _limiter.DisposeAsync();
    }

    /// <summary>Signals are the outer host's business.</summary>
    private sealed class InnerLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private SslServerAuthenticationOptions Tls() => new()
    {
        ServerCertificateContext = _certificate.Current ?? throw new AuthenticationException("There is no certificate yet."),
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    private async Task AnswerAsync(HttpContext context)
    {
        var began = _time.GetTimestamp();
        var hook = _desk.Find(context.Request.Path.Value ?? "");
        var outcome = AdmissionOutcome.Busy;
        using var deadline = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            using var lease = await TurnAsync(either.Token);
            outcome = !lease.IsAcquired ? await RefuseAsync(context, AdmissionOutcome.Busy, StatusCodes.Status503ServiceUnavailable, "too many requests at once")
                : hook is null ? await RefuseAsync(context, AdmissionOutcome.Unreadable, StatusCodes.Status404NotFound, "no hook is at this path")
                : await AnswerAsync(context, hook, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, AdmissionOutcome.Busy, StatusCodes.Status503ServiceUnavailable, $"no turn within {Patience.TotalSeconds:0} s");
        }
        catch (Exception wrong) when (wrong is OperationCanceledException or IOException)
        {
            // Whoever asked is gone, or sent too slowly.
            outcome = AdmissionOutcome.Unreadable;
        }
        finally
        {
            _metrics.Answered(hook is null ? "none" : AdmissionDesk.NameOf(hook), outcome, _time.GetElapsedTime(began));
        }
    }

    /// <summary>A place that is free is taken whatever the time is: a body that is late then ends with its connection, and never as if there had been no turn.</summary>
    private async ValueTask<RateLimitLease> TurnAsync(CancellationToken cancellation) =>
        _limiter.AttemptAcquire() is { IsAcquired: true } free ? free : await _limiter.AcquireAsync(1, cancellation);

    private async Task<AdmissionOutcome> AnswerAsync(HttpContext context, IAdmissionHook hook, CancellationToken cancellation)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return await RefuseAsync(context, AdmissionOutcome.Unreadable, StatusCodes.Status405MethodNotAllowed, "POST is expected");
        }

        if (context.Request.GetTypedHeaders().ContentType is not { MediaType.Value: "application/json" })
        {
            return await RefuseAsync(context, AdmissionOutcome.Unreadable, StatusCodes.Status415UnsupportedMediaType, "Content-Type: application/json is expected");
        }

        try
        {
            using var body = await ReadAsync(context, cancellation);
            if (body is null)
            {
                return await RefuseAsync(context, AdmissionOutcome.Unreadable, StatusCodes.Status413PayloadTooLarge, $"more than {MaxBodyBytes >> 20} MB");
            }

            using var document = JsonDocument.Parse(body.Memory);
            return TryRead(document.RootElement, out var request, out var problem)
                ? await DecideAsync(context, hook, request)
                : await RefuseAsync(context, AdmissionOutcome.Unreadable, StatusCodes.Status400BadRequest, problem);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException wrong)
        {
            return await RefuseAsync(context, AdmissionOutcome.Unreadable, wrong.StatusCode, wrong.Message);
        }
        catch (JsonException)
        {
            return await RefuseAsync(context, AdmissionOutcome.Unreadable, StatusCodes.Status400BadRequest, "the body is not JSON");
        }
    }

    /// <summary>A read that was given up cannot be gone on with, nor can what is left of the body be skipped: the connection ends with it.</summary>
    private static async ValueTask<PooledBody?> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        try
        {
            return await PooledBody.ReadAsync(context.Request.Body, context.Request.ContentLength, MaxBodyBytes, cancellation);
        }
        catch (OperationCanceledException late)
        {
            context.Abort();
            throw new IOException("The body did not come in time.", late);
        }
    }

    /// <summary>What a text is that ends in the middle of a character is found only when it is read.</summary>
    private static bool TryRead(JsonElement review, [NotNullWhen(true)] out AdmissionRequest? request, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            return AdmissionReview.TryRead(review, out request, out problem);
        }
        catch (InvalidOperationException)
        {
            (request, problem) = (null, "a text in the review is not Unicode");
            return false;
        }
    }

    private async Task<AdmissionOutcome> DecideAsync(HttpContext context, IAdmissionHook hook, AdmissionRequest request)
    {
        var (outcome, answer, why) = _desk.Decide(hook, request);
        if (answer is null)
        {
            return await RefuseAsync(context, outcome, StatusCodes.Status500InternalServerError, $"canary-controller cannot decide: {why}");
        }

        var bytes = AdmissionReview.Write(request, answer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        return outcome;
    }

    private static async Task<AdmissionOutcome> RefuseAsync(HttpContext context, AdmissionOutcome outcome, int status, string why)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(why, context.RequestAborted);
        }

        return outcome;
    }
}

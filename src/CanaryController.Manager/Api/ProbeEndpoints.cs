using Prometheus;

namespace CanaryController.Manager.Api;

/// <summary>What machines ask: is it alive, can it work, what does it count.</summary>
internal sealed class ProbeEndpoints(CollectorRegistry registry, IReadiness readiness)
{
    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok")).ExcludeFromDescription();
        routes.MapGet("/readyz", Ready).ExcludeFromDescription();
        routes.MapGet("/metrics", async context =>
        {
            context.Response.ContentType = PrometheusConstants.TextContentTypeWithVersionAndEncoding;
            await registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
        });
    }

    private IResult Ready() => readiness.Problem is { } problem
        ? ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not ready", problem)
        : Results.Text("ok");
}

using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Standalone;
using Prometheus;

namespace CanaryController.Manager.Api;

/// <summary>What machines ask: is it alive, can it work, what does it count.</summary>
internal sealed class ProbeEndpoints(CollectorRegistry registry, SqliteDatabase database, FolderWatcher folder)
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

    private IResult Ready()
    {
        if (!folder.HasScanned)
        {
            return ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not ready", "The folder was not read yet.");
        }

        try
        {
            database.Probe();
            return Results.Text("ok");
        }
        catch (StoreUnavailableException wrong)
        {
            return ApiProblems.Of(StatusCodes.Status503ServiceUnavailable, "Not ready", wrong.Message);
        }
    }
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Cli.Cluster;

/// <summary>FreezeWindows of the cluster: lists, creates and deletes them.</summary>
internal sealed class FreezeObjects(ClusterConnection connection, TimeProvider time)
{
    /// <summary>Those of a namespace, or of all (null), and those of the cluster where they may be read.</summary>
    public async Task<FreezeList> ListAsync(string? ns, CancellationToken cancellation)
    {
        var (status, body) = await connection.SendAsync(HttpMethod.Get, ObjectPath.Freezes(ns), null, cancellation);
        List<(FreezeWindow? Window, Freeze Freeze, string? File)> all = [.. Items(status, body, isCluster: false)];
        var (clusterStatus, clusterBody) = await connection.SendAsync(HttpMethod.Get, ObjectPath.ClusterFreezes, null, cancellation);
        if (clusterStatus is not (HttpStatusCode.Forbidden or HttpStatusCode.NotFound))
        {
            all.AddRange(Items(clusterStatus, clusterBody, isCluster: true));
        }

        return FreezeViews.List(all, time.GetUtcNow());
    }

    /// <summary>Creates one.</summary>
    public async Task<FreezeView> CreateAsync(string ns, FreezeRequest request, CancellationToken cancellation)
    {
        var window = FreezeViews.ToWindow(ns, request, time.GetUtcNow());
        if (FreezeWindowReader.Problems(window) is { Count: > 0 } problems)
        {
            throw new CliException(ExitCode.Usage, Failure.WithProblems("The freeze breaks the rules.", problems));
        }

        var (status, body) = await connection.SendAsync(HttpMethod.Post, $"{ObjectPath.Freezes(ns)}?fieldManager=canaryctl&fieldValidation=Strict", RolloutJson.Write(window), cancellation);
        return status is HttpStatusCode.Created or HttpStatusCode.OK
            ? FreezeViews.Of(window, Freeze.Of(window), null, time.GetUtcNow())
            : throw ClusterFailure.Answered(connection.Settings, status, body, "create on freezewindows");
    }

    /// <summary>Deletes one; the rest of them.</summary>
    public async Task<FreezeList> DeleteAsync(string ns, string name, CancellationToken cancellation)
    {
        var (status, body) = await connection.SendAsync(HttpMethod.Delete, $"{ObjectPath.Freezes(ns)}/{Uri.EscapeDataString(name)}", null, cancellation);
        return status switch
        {
            HttpStatusCode.OK or HttpStatusCode.Accepted => await ListAsync(ns, cancellation),
            HttpStatusCode.NotFound => throw new CliException(ExitCode.NotFound, $"There is no freeze '{name}' in the namespace '{ns}' at {connection.Settings}."),
            _ => throw ClusterFailure.Answered(connection.Settings, status, body, "delete on freezewindows"),
        };
    }

    private IEnumerable<(FreezeWindow? Window, Freeze Freeze, string? File)> Items(HttpStatusCode status, string body, bool isCluster)
    {
        if (status != HttpStatusCode.OK)
        {
            throw ClusterFailure.Answered(connection.Settings, status, body, "list on freezewindows");
        }

        try
        {
            var items = (JsonNode.Parse(body)?["items"] as JsonArray) ?? [];
            return [.. items.OfType<JsonObject>().Select(item => Read(item, isCluster))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw ClusterFailure.NoAnswer(connection.Settings, "what answers there is no API server", HttpMethod.Get, wrong);
        }
    }

    private static (FreezeWindow? Window, Freeze Freeze, string? File) Read(JsonObject item, bool isCluster)
    {
        item["apiVersion"] = Rollout.ApiVersionText;
        item["kind"] = isCluster ? FreezeWindow.ClusterKindText : FreezeWindow.KindText;
        item.Remove("status");
        var read = FreezeWindowReader.ReadServerObject(item.ToJsonString(), isCluster);
        return read.Documents is [{ HasErrors: false } document]
            ? (document.Resource, Freeze.Of(document.Resource), null)
            : (null, Freeze.Unreadable((string?)item["metadata"]?["namespace"] ?? "", (string?)item["metadata"]?["name"] ?? "", read.Problems is [var first, ..] ? first.Message : "it has errors"), null);
    }
}

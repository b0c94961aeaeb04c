using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Cli.Watching;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Cluster;

/// <summary>Reads Rollouts from the cluster, and asks for something by RolloutCommands.</summary>
internal sealed class ClusterClient(ClusterSettings settings, CliEnvironment environment) : IRolloutApi
{
    private const int PageSize = 500;
    private const int MaxPages = 200;
    private const string MergePatch = "application/merge-patch+json";

    private readonly ClusterConnection _connection = new(settings, environment.Time);

    /// <inheritdoc/>
    public async Task<RolloutList> ListAsync(string @namespace, CancellationToken cancellation)
    {
        var now = environment.Time.GetUtcNow();
        var views = await ListAsync(@namespace == "-" ? null : @namespace, item => StatusViews.From(ServedRollout.Read(item), now), cancellation);
        return new([.. views.OrderBy(view => new RolloutKey(view.Namespace, view.Name))]);
    }

    /// <inheritdoc/>
    public async Task<RolloutView> GetAsync(RolloutKey key, CancellationToken cancellation) =>
        StatusViews.From(await ReadAsync(key, cancellation), environment.Time.GetUtcNow());

    /// <inheritdoc/>
    public async Task<HistoryView> HistoryAsync(RolloutKey key, CancellationToken cancellation) =>
        HistoryViews.From(key, (await ReadAsync(key, cancellation)).Status);

    /// <inheritdoc/>
    public async Task<CommandResponse> CommandAsync(RolloutKey key, CommandRequest command, CancellationToken cancellation)
    {
        var result = await new CommandObjects(_connection, environment).CarryOutAsync(key, command, () => ReadAsync(key, cancellation), cancellation);
        return new CommandResponse(result.Id, result.Status, result.Message, await GetAsync(key, cancellation));
    }

    /// <inheritdoc/>
    public Task<FreezeList> FreezesAsync(string @namespace, CancellationToken cancellation) =>
        new FreezeObjects(_connection, environment.Time).ListAsync(@namespace == "-" ? null : @namespace, cancellation);

    /// <inheritdoc/>
    public Task<FreezeView> FreezeAsync(string @namespace, FreezeRequest freeze, CancellationToken cancellation) =>
        new FreezeObjects(_connection, environment.Time).CreateAsync(@namespace, freeze, cancellation);

    /// <inheritdoc/>
    public Task<FreezeList> EndFreezeAsync(string @namespace, string name, CancellationToken cancellation) =>
        new FreezeObjects(_connection, environment.Time).DeleteAsync(@namespace, name, cancellation);

    /// <inheritdoc/>
    public async Task<GateView> GateAsync(RolloutKey key, GateQuestion question, CancellationToken cancellation) =>
        ClusterGate.Of(question, await ReadAsync(key, cancellation), environment.Time.GetUtcNow());

    /// <inheritdoc/>
    public IRolloutFeed Follow(RolloutKey key) => Feed(key, null);

    /// <inheritdoc/>
    public IRolloutFeed Follow(RolloutKey key, GateQuestion question) => Feed(key, question);

    /// <summary>What the controller holds of each Rollout of a namespace, or of all (null); null when the cluster knows no Rollouts.</summary>
    public async Task<IReadOnlyList<RolloutHold>?> HoldsAsync(string? ns, CancellationToken cancellation)
    {
        try
        {
            return [.. (await ListAsync(ns, RolloutHold.Read, cancellation)).OrderBy(hold => hold.Key)];
        }
        catch (CliException unknown) when (unknown.Code == ExitCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>What the controller holds of one Rollout; null when there is none.</summary>
    public async Task<RolloutHold?> HoldAsync(RolloutKey key, CancellationToken cancellation)
    {
        var (status, body) = await _connection.SendAsync(HttpMethod.Get, ObjectPath.Rollout(key), null, cancellation);
        return status == HttpStatusCode.NotFound ? null : Parse(status, body, "get on rollouts", RolloutHold.Read);
    }

    /// <summary>Marks a Rollout as released, or takes the mark away; null when it is gone.</summary>
    public async Task<RolloutHold?> MarkAsync(RolloutKey key, bool isReleased, CancellationToken cancellation)
    {
        var annotations = new JsonObject { [Rollout.ReleaseAnnotation] = isReleased ? "true" : null };
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }.ToJsonString();
        var (status, body) = await _connection.SendAsync(HttpMethod.Patch, $"{ObjectPath.Rollout(key)}?fieldManager=canaryctl", patch, cancellation, MergePatch);
        return status == HttpStatusCode.NotFound ? null : Parse(status, body, "get, list and patch on rollouts", RolloutHold.Read);
    }

    /// <summary>Gives a Deployment's pod template the annotation by which <c>kubectl rollout restart</c> asks for new pods.</summary>
    public async Task RestartAsync(string ns, string deployment, string at, CancellationToken cancellation)
    {
        var template = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = at } } };
        var patch = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } }.ToJsonString();
        var (status, body) = await _connection.SendAsync(HttpMethod.Patch, $"{ObjectPath.Deployment(ns, deployment)}?fieldManager=canaryctl", patch, cancellation, MergePatch);
        if (status == HttpStatusCode.NotFound)
        {
            throw new CliException(ExitCode.NotFound, $"There is no Deployment '{deployment}' in the namespace '{ns}' at {settings}, which the rollout leads.");
        }

        Parse(status, body, "patch on deployments (group apps) and get on rollouts", _ => true);
    }

    /// <summary>Says that there is no such rollout, and which there are, as far as that may be read.</summary>
    public async Task<CliException> NotFoundAsync(RolloutKey key, CancellationToken cancellation)
    {
        foreach (var place in (string?[])[null, key.Namespace])
        {
            try
            {
                return ClusterFailure.NotFound(settings, key, await ListAsync(place, KeyOf, cancellation));
            }
            catch (CliException refused) when (refused.Code == ExitCode.Forbidden)
            {
                // Not everywhere, perhaps here.
            }
        }

        return new(ExitCode.NotFound, $"There is no rollout '{key.Name}' in the namespace '{key.Namespace}' at {settings}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private ClusterFeed Feed(RolloutKey key, GateQuestion? question) =>
        new(this, new ObjectFollower(_connection, ObjectPath.Rollouts(key.Namespace), key.Name, "list and watch on rollouts", environment.Time), key, question, environment.Time);

    private static RolloutKey KeyOf(JsonElement item) =>
        item.GetProperty("metadata") is var metadata ? new(metadata.GetProperty("namespace").GetString() ?? "", metadata.GetProperty("name").GetString() ?? "") : default;

    /// <summary>The object.</summary>
    /// <exception cref="CliException">There is none, or it cannot be had.</exception>
    public async Task<ServedRollout> ReadAsync(RolloutKey key, CancellationToken cancellation)
    {
        var (status, body) = await _connection.SendAsync(HttpMethod.Get, ObjectPath.Rollout(key), null, cancellation);
        if (status == HttpStatusCode.NotFound && ServerStatus.Read(body).Name == key.Name)
        {
            throw await NotFoundAsync(key, cancellation);
        }

        return Parse(status, body, "get on rollouts", ServedRollout.Read);
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(string? ns, Func<JsonElement, T> take, CancellationToken cancellation)
    {
        var all = new List<T>();
        string? next = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var path = $"{ObjectPath.Rollouts(ns)}?limit={PageSize}" + (next is null ? "" : $"&continue={Uri.EscapeDataString(next)}");
            var (status, body) = await _connection.SendAsync(HttpMethod.Get, path, null, cancellation);
            next = Parse(status, body, "list on rollouts", list =>
            {
                all.AddRange(list.GetProperty("items").EnumerateArray().Select(take));
                return list.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("continue", out var more) ? more.GetString() : null;
            });
            if (string.IsNullOrEmpty(next))
            {
                break;
            }
        }

        return all;
    }

    private T Parse<T>(HttpStatusCode status, string body, string needs, Func<JsonElement, T> take)
    {
        if (status != HttpStatusCode.OK)
        {
            throw ClusterFailure.Answered(settings, status, body, needs);
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return take(document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw ClusterFailure.NoAnswer(settings, "what answers there is no API server", HttpMethod.Get, wrong);
        }
    }
}

using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Telemetry;
using CanaryController.Resources;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// The states in the Rollouts' status. A write holds only for the resourceVersion that was read, which covers the spec too: whoever is refused reads the object again and decides
/// anew. Before the first status the finalizer is written: nothing is done that nobody would take back.
/// </summary>
internal sealed class ClusterRolloutStore(
    IKubeApi api, IObjectCache<RolloutObject> cache, ClusterRollouts rollouts, ClusterCommands commands, ClusterAnnouncer announcer, RolloutMetrics metrics, TimeProvider time) : IRolloutStore
{
    /// <inheritdoc/>
    public IReadOnlyList<RolloutKey> Keys => [.. cache.All.Where(each => each.Status?.State is not null).Select(each => each.Key)];

    /// <inheritdoc/>
    public IReadOnlyList<RolloutKey> Active => [.. cache.All.Where(each => each.Status?.State is { } state && !state.Phase.IsAtRest()).Select(each => each.Key)];

    /// <inheritdoc/>
    public StoredRollout Read(RolloutKey key) => rollouts.Object(key) is { } found
        ? new(found.Status?.Memory ?? rollouts.Remains(found)?.State ?? new RolloutState(), VersionOf(found)) { Images = found.Status?.Images ?? [] }
        : new(new RolloutState(), 0);

    /// <inheritdoc/>
    public RolloutCommand? NextCommand(RolloutKey key) => commands.Next(key);

    /// <inheritdoc/>
    public async Task WriteAsync(RolloutWrite write, CancellationToken cancellation)
    {
        // What takes traffic from a canary waits behind no other request.
        using UrgentRequests.Scope? urgent = write.State.Phase is RolloutPhase.Aborting ? UrgentRequests.Begin() : null;
        var found = await ReadyAsync(write, cancellation);
        var composed = StatusComposer.Compose(found.Status, write.Shown! with { State = write.State }, write.At);
        var record = write.Answer is null ? null : commands.Record(write.Key, write.Answer, write.At);
        found = await PatchAsync(write, found, StatusComposer.Add(composed, write.Transitions, record), cancellation);
        announcer.Add(found, write.Transitions);
        if (write.Answer is { } answer)
        {
            commands.Answered(write.Key, answer.CommandId);
            await commands.SettleAsync(write.Key, cancellation);
        }
    }

    /// <inheritdoc/>
    public Task AnswerAsync(RolloutKey key, CommandAnswer answer, CancellationToken cancellation) =>
        commands.RefuseAsync(key, answer, time.GetUtcNow(), cancellation);

    /// <inheritdoc/>
    public Task<bool> SettleAsync(RolloutKey key, CancellationToken cancellation) => commands.SettleAsync(key, cancellation);

    /// <inheritdoc/>
    public async Task ForgetAsync(RolloutWrite last, CancellationToken cancellation)
    {
        var found = Expect(last);
        announcer.Add(found, last.Transitions);
        found = await ShowReleasedAsync(last, found, cancellation);
        if (!found.IsHeld)
        {
            return;
        }

        JsonArray left = [.. found.Meta.Finalizers.Where(each => each != Marks.Finalizer).Select(each => JsonValue.Create(each))];
        var patch = JsonPatch.At(found.Meta.ResourceVersion).Replace("/metadata/finalizers", left);
        var answer = await api.PatchAsync(ObjectKind.Rollout, found.Meta.Name, patch, cancellation);
        if (answer.Body is { } body && !found.Meta.IsDeleting)
        {
            Keep(body);
            return;
        }

        if (answer.Outcome is KubeOutcome.Done or KubeOutcome.NotFound)
        {
            cache.Remove(found.Meta.Name, found.Meta.Uid);
            return;
        }

        throw await RefuseAsync(last, found, answer, cancellation);
    }

    /// <inheritdoc/>
    public async Task ShowAsync(RolloutShown shown, CancellationToken cancellation)
    {
        var key = shown.Resource.Key;
        metrics.ShowProblems(key, shown.Resource.Problems.Count);
        await commands.SettleAsync(key, cancellation);
        if (rollouts.Object(key) is not { StatusProblem: null } found || found.Meta.Generation != shown.Resource.Generation)
        {
            return;
        }

        var next = StatusComposer.Compose(found.Status, shown, time.GetUtcNow());
        if (!StatusComposer.IsNews(found.Status, next))
        {
            return;
        }

        var answer = await PatchStatusAsync(found, next, cancellation);
        if (answer.Body is { } body)
        {
            cache.Put(body.Project(RolloutObject.Project));
        }
        else if (answer.Outcome is KubeOutcome.Conflict)
        {
            await RefreshAsync(found.Meta.Name, cancellation);
        }
    }

    /// <summary>
    /// The status of a rollout that was released says so before the finalizer goes: whoever waits for that finds both. Written only once, also when dropping the finalizer is tried again.
    /// </summary>
    private async Task<RolloutObject> ShowReleasedAsync(RolloutWrite last, RolloutObject found, CancellationToken cancellation)
    {
        var (state, transition) = RolloutRelease.Of(last.State, last.At);
        if (found.Meta.IsDeleting || !found.IsReleased || transition is null)
        {
            return found;
        }

        var shown = last.Shown! with { Resource = last.Shown!.Resource with { IsLeft = true }, State = state, Seen = null, Conditions = [], Failure = null };
        found = await PatchAsync(last, found, StatusComposer.Add(StatusComposer.Compose(found.Status, shown, last.At), [.. last.Transitions, transition], null), cancellation);
        announcer.Add(found, [transition]);
        return found;
    }

    /// <summary>The object, unchanged since it was read, with our finalizer on it.</summary>
    private async Task<RolloutObject> ReadyAsync(RolloutWrite write, CancellationToken cancellation)
    {
        var found = Expect(write);
        if (found.IsHeld || found.Meta.IsDeleting)
        {
            return found;
        }

        JsonArray all = [.. found.Meta.Finalizers.Append(Marks.Finalizer).Select(each => JsonValue.Create(each))];
        var answer = await api.PatchAsync(
            ObjectKind.Rollout, found.Meta.Name, JsonPatch.At(found.Meta.ResourceVersion).Add("/metadata/finalizers", all), cancellation);
        return answer.Body is { } body ? Keep(body) : throw await RefuseAsync(write, found, answer, cancellation);
    }

    private async Task<RolloutObject> PatchAsync(RolloutWrite write, RolloutObject found, RolloutStatus status, CancellationToken cancellation)
    {
        var answer = await PatchStatusAsync(found, status, cancellation);
        return answer.Body is { } body ? Keep(body) : throw await RefuseAsync(write, found, answer, cancellation);
    }

    private Task<KubeAnswer> PatchStatusAsync(RolloutObject found, RolloutStatus status, CancellationToken cancellation) => api.PatchAsync(
        ObjectKind.Rollout,
        found.Meta.Name,
        JsonPatch.At(found.Meta.ResourceVersion).Add("/status", JsonNode.Parse(RolloutStatusJson.Write(status))),
        cancellation,
        "status");

    private RolloutObject Expect(RolloutWrite write)
    {
        var found = rollouts.Object(write.Key) ?? throw new StaleStateException(write.Key, write.ExpectedVersion, 0);
        return VersionOf(found) == write.ExpectedVersion ? found : throw new StaleStateException(write.Key, write.ExpectedVersion, VersionOf(found));
    }

    private RolloutObject Keep(JsonObject body)
    {
        var written = body.Project(RolloutObject.Project);
        cache.Put(written);
        return written;
    }

    /// <summary>Says why nothing was written, after looking at what is there now.</summary>
    private async Task<Exception> RefuseAsync(RolloutWrite write, RolloutObject found, KubeAnswer answer, CancellationToken cancellation)
    {
        if (answer.Outcome is not (KubeOutcome.Conflict or KubeOutcome.NotFound))
        {
            return new StoreUnavailableException($"The status of {write.Key} cannot be written: {answer.Problem}");
        }

        await RefreshAsync(found.Meta.Name, cancellation);
        return new StaleStateException(write.Key, write.ExpectedVersion, rollouts.Object(write.Key) is { } now ? VersionOf(now) : 0);
    }

    private async Task RefreshAsync(ObjectName name, CancellationToken cancellation)
    {
        var answer = await api.GetAsync(ObjectKind.Rollout, name, cancellation);
        if (answer.Body is { } body)
        {
            cache.Put(body.Project(RolloutObject.Project));
        }
        else if (answer.Outcome is KubeOutcome.NotFound && cache.Find(name) is { } gone)
        {
            cache.Remove(name, gone.Meta.Uid);
        }
    }

    private static long VersionOf(RolloutObject found) => ServedRollout.ToNumber(found.Meta.ResourceVersion);
}

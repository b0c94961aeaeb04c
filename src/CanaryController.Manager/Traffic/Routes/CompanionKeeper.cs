using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>
/// Writes the part of an object beside the routes that tells the versions apart, and gives it back. Before the first change, and when somebody else is found to have undone the last one, the object is
/// read from the server once, for its managedFields. Without its part requests fail, so what was undone is written again at once, and after the second time with a rest of at most
/// <see cref="LongestRest"/>.
/// </summary>
/// <typeparam name="TObject">What is kept of the object.</typeparam>
/// <typeparam name="TWish">What it is to say.</typeparam>
/// <param name="objects">The objects.</param>
/// <param name="member">The member of the spec that is written, as managedFields write it: <c>f:subsets</c>.</param>
/// <param name="fence">The present leader and term.</param>
/// <param name="time">The clock.</param>
internal abstract class CompanionKeeper<TObject, TWish>(ICompanionObjects<TObject> objects, string member, IFence fence, TimeProvider time)
    where TObject : class, ICached
{
    /// <summary>The longest rest before the object is written again.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    private readonly FieldOwners _owners = new(member);
    private readonly Contention<ObjectName> _contention = new(time);
    private readonly ConcurrentDictionary<ObjectName, TWish> _asked = new();

    /// <summary>What is written, for people: <c>the subsets</c>.</summary>
    protected abstract string What { get; }

    /// <summary>Who contends for the object, in one sentence; null when nobody does.</summary>
    public string? Contended(ObjectName name) => _contention.Contended(name) is { } times
        ? $"{_contention.Manager(name)} changed {What} of {objects.Kind} {name} {times} times within {Contentions.Window.TotalMinutes:0} minutes; they are written again each time."
        : null;

    /// <summary>Makes the object say what is wished.</summary>
    public async Task<RouteWrite> KeepAsync(TObject item, TWish wish, CancellationToken cancellation)
    {
        var name = item.Meta.Name;
        if (Plan(item, wish, fence.Token, null) is not { } patch)
        {
            return RouteWrite.Done;
        }

        var isUndone = _asked.TryGetValue(name, out var asked) && !IsDone(item, asked);
        var isNew = isUndone && !_contention.IsNoted(name);
        if (isNew || !IsNoted(item))
        {
            var answer = await objects.GetAsync(item, cancellation);
            if (answer.Body is not { } body)
            {
                return new(answer.Outcome is KubeOutcome.NotFound, IsStale: false, answer.Problem);
            }

            if (objects.Find(name)?.Meta.ResourceVersion != item.Meta.ResourceVersion)
            {
                return RouteWrite.Stale;
            }

            if (isNew)
            {
                _contention.Note(name, _owners.LastWriter(body));
            }

            patch = Plan(item, wish, fence.Token, Owners(item, body))!;
        }

        if (isUndone && RestLeft(name) is var rest && rest > TimeSpan.Zero)
        {
            return RouteWrite.Refused($"{_contention.Manager(name)} changed {What} of {objects.Kind} {name} again; they are written again in {Math.Ceiling(rest.TotalSeconds):0} s.");
        }

        var written = await objects.PatchAsync(item, patch, cancellation);
        if (written.IsDone)
        {
            _asked[name] = wish;
            _contention.Settled(name);
        }

        return written;
    }

    /// <summary>
    /// Gives the object back: what it said by one patch, then who owned that, then our note of it. Null when that is done, or the object is gone; otherwise why not, in one sentence.
    /// </summary>
    /// <param name="name">The object.</param>
    /// <param name="restore">The first patch; null when nothing is to be written.</param>
    /// <param name="cancellation">Gives up.</param>
    protected async Task<string?> ReturnAsync(ObjectName name, Func<TObject, Task<JsonPatch?>> restore, CancellationToken cancellation)
    {
        if (objects.Find(name) is not { } item)
        {
            return objects.AreSynced ? null : $"The {objects.Kind}s are not read yet.";
        }

        if (await restore(item) is { } patch && await objects.PatchAsync(item, patch, cancellation) is { IsDone: false } refused)
        {
            return Left(name, refused);
        }

        if (objects.Find(name) is { } restored && OwnersOf(restored) is { } owners && await OwnersAsync(restored, owners, cancellation) is { IsDone: false } unowned)
        {
            return Left(name, unowned);
        }

        if (objects.Find(name) is { } owned && Forget(owned) is { } forget && await objects.PatchAsync(owned, forget, cancellation) is { IsDone: false } noted)
        {
            return Left(name, noted);
        }

        _asked.TryRemove(name, out _);
        _contention.Forget(name);
        return null;
    }

    /// <summary>What is to be written so that the object says what is wished; null when nothing is.</summary>
    protected abstract JsonPatch? Plan(TObject item, TWish wish, string fence, JsonArray? owners);

    /// <summary>The object says what is wished.</summary>
    protected abstract bool IsDone(TObject item, TWish wish);

    /// <summary>It remembers what it was.</summary>
    protected abstract bool IsNoted(TObject item);

    /// <summary>Who its note says owned what is written; null when it says nothing.</summary>
    protected abstract JsonArray? OwnersOf(TObject item);

    /// <summary>The last patch: the note goes. Null when there is none.</summary>
    protected abstract JsonPatch? Forget(TObject item);

    /// <summary>Who owns what is written, for the note; null when that is noted already and only we do, or is too much to keep.</summary>
    private JsonArray? Owners(TObject item, JsonObject body)
    {
        var owners = _owners.Of(body);
        return owners.ToJsonString().Length > OriginalRoute.MaxCharacters / 2 || (owners.Count == 0 && IsNoted(item)) ? null : owners;
    }

    private async Task<RouteWrite> OwnersAsync(TObject item, JsonArray owners, CancellationToken cancellation)
    {
        var answer = await objects.GetAsync(item, cancellation);
        if (answer.Body is not { } body || objects.Find(item.Meta.Name) is not { } now)
        {
            return new(answer.Outcome is KubeOutcome.NotFound, IsStale: false, answer.Problem);
        }

        return _owners.Restored(body, owners) is { } managedFields
            ? await objects.PatchAsync(now, JsonPatch.At(now.Meta.ResourceVersion).Replace("/metadata/managedFields", managedFields), cancellation)
            : RouteWrite.Done;
    }

    private TimeSpan RestLeft(ObjectName name) => _contention.Recent(name) is { Times: > 1 } recent
        ? recent.Last + TimeSpan.FromSeconds(Math.Min(recent.Times - 1, LongestRest.TotalSeconds)) - time.GetUtcNow()
        : TimeSpan.Zero;

    private string? Left(ObjectName name, RouteWrite write) =>
        write.IsGone ? null
        : write.IsStale ? $"{objects.Kind} {name} was changed by somebody else while it was given back."
        : write.Problem;
}

/// <summary>Objects of a kind that stand beside routes, in the cache and on the server. Whatever the server answers goes into the cache at once.</summary>
internal interface ICompanionObjects<TObject>
    where TObject : class, ICached
{
    /// <summary>What they are called: <c>DestinationRule</c>.</summary>
    string Kind { get; }

    /// <summary>All that are there are known.</summary>
    bool AreSynced { get; }

    /// <summary>The object; null when there is none.</summary>
    TObject? Find(ObjectName name);

    /// <summary>Reads the object from the server.</summary>
    Task<KubeAnswer> GetAsync(TObject item, CancellationToken cancellation);

    /// <summary>Writes.</summary>
    Task<RouteWrite> PatchAsync(TObject item, JsonPatch patch, CancellationToken cancellation);
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>
/// Writes the subsets of a DestinationRule, and gives them back. Before the first change, and when somebody else is found to have undone the last one, the rule is read from the server once, for its
/// managedFields. Without its subset a VirtualService answers 503, so what was undone is written again at once, and after the second time with a rest of at most <see cref="LongestRest"/>.
/// </summary>
internal sealed class SubsetKeeper(DestinationRules rules, IObjectCache<ReplicaSetObject> sets, IKubeApi api, IFence fence, TimeProvider time)
{
    /// <summary>The longest rest before subsets are written again.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    private static readonly FieldOwners _owners = new("f:subsets");

    private readonly Contention<ObjectName> _contention = new(time);
    private readonly ConcurrentDictionary<ObjectName, SubsetPins> _asked = new();

    /// <summary>Who contends for the subsets, in one sentence; null when nobody does.</summary>
    public string? Contended(ObjectName name) => _contention.Contended(name) is { } times
        ? $"{_contention.Manager(name)} changed the subsets of DestinationRule {name} {times} times within {Contentions.Window.TotalMinutes:0} minutes; they are written again each time."
        : null;

    /// <summary>Makes the subsets choose <paramref name="pins"/>.</summary>
    public async Task<RouteWrite> KeepAsync(DestinationRuleObject rule, VersionSubsets subsets, SubsetPins pins, CancellationToken cancellation)
    {
        var name = rule.Meta.Name;
        if (SubsetPlan.Of(rule, subsets, pins, fence.Token, null) is not { } patch)
        {
            return RouteWrite.Done;
        }

        var isUndone = _asked.TryGetValue(name, out var asked) && !SubsetPlan.IsDone(rule, subsets, asked);
        var isNew = isUndone && !_contention.IsNoted(name);
        if (isNew || SubsetNote.Of(rule) is null)
        {
            var answer = await rules.GetAsync(rule, cancellation);
            if (answer.Body is not { } body)
            {
                return new(answer.Outcome is KubeOutcome.NotFound, IsStale: false, answer.Problem);
            }

            if (rules.Find(name)?.Meta.ResourceVersion != rule.Meta.ResourceVersion)
            {
                return RouteWrite.Stale;
            }

            if (isNew)
            {
                _contention.Note(name, _owners.LastWriter(body));
            }

            patch = SubsetPlan.Of(rule, subsets, pins, fence.Token, Owners(rule, body))!;
        }

        if (isUndone && RestLeft(name) is var rest && rest > TimeSpan.Zero)
        {
            return RouteWrite.Refused($"{_contention.Manager(name)} changed the subsets of {rule} again; they are written again in {Math.Ceiling(rest.TotalSeconds):0} s.");
        }

        var written = await rules.PatchAsync(rule, patch, cancellation);
        if (written.IsDone)
        {
            _asked[name] = pins;
            _contention.Settled(name);
        }

        return written;
    }

    /// <summary>
    /// Gives the subsets back: labels by one patch, then who owned them, then our note of that. Null when that is done, or the rule is gone; otherwise why not, in one sentence.
    /// </summary>
    public async Task<string?> ReturnAsync(ObjectName name, string stable, CancellationToken cancellation)
    {
        if (rules.Find(name) is not { } rule)
        {
            return rules.AreSynced ? null : "The DestinationRules are not read yet.";
        }

        if (SubsetRestore.Of(rule, await ChoosesAsync(rule, stable, cancellation)) is { } patch
            && await rules.PatchAsync(rule, patch, cancellation) is { IsDone: false } refused)
        {
            return Left(rule, refused);
        }

        if (rules.Find(name) is { } restored && SubsetNote.Of(restored)?.Owners is { } owners && await OwnersAsync(restored, owners, cancellation) is { IsDone: false } unowned)
        {
            return Left(rule, unowned);
        }

        if (rules.Find(name) is { } owned && SubsetRestore.Forget(owned) is { } forget && await rules.PatchAsync(owned, forget, cancellation) is { IsDone: false } noted)
        {
            return Left(rule, noted);
        }

        _asked.TryRemove(name, out _);
        _contention.Forget(name);
        return null;
    }

    /// <summary>Who owns the subsets, for the note; null when that is noted already and only we do, or is too much to keep.</summary>
    private static JsonArray? Owners(DestinationRuleObject rule, JsonObject body)
    {
        var owners = _owners.Of(body);
        return owners.ToJsonString().Length > OriginalRoute.MaxCharacters / 2 || (owners.Count == 0 && SubsetNote.Of(rule) is not null) ? null : owners;
    }

    private async Task<RouteWrite> OwnersAsync(DestinationRuleObject rule, JsonArray owners, CancellationToken cancellation)
    {
        var answer = await rules.GetAsync(rule, cancellation);
        if (answer.Body is not { } body || rules.Find(rule.Meta.Name) is not { } now)
        {
            return new(answer.Outcome is KubeOutcome.NotFound, IsStale: false, answer.Problem);
        }

        return _owners.Restored(body, owners) is { } managedFields
            ? await rules.PatchAsync(now, JsonPatch.At(now.Meta.ResourceVersion).Replace("/metadata/managedFields", managedFields), cancellation)
            : RouteWrite.Done;
    }

    /// <summary>The labels that stable's subset had stand on the pods of <paramref name="stable"/>. A ReplicaSet that cannot be read tells nothing, which counts as no.</summary>
    private async Task<bool> ChoosesAsync(DestinationRuleObject rule, string stable, CancellationToken cancellation)
    {
        if (SubsetNote.Of(rule) is not { } note || note.Subset(note.Stable)?.Labels is not { Count: > 0 } labels)
        {
            return true;
        }

        if (sets.All.FirstOrDefault(set => set.Meta.Name.Namespace == rule.Meta.Name.Namespace && set.Hash == stable && set.Meta.Controller is not null) is not { } set)
        {
            return false;
        }

        var answer = await api.GetAsync(ObjectKind.ReplicaSet, set.Meta.Name, cancellation);
        return answer.Body?["spec"]?["template"]?["metadata"]?["labels"] is JsonObject has && labels.All(label => JsonNode.DeepEquals(has[label.Key], label.Value));
    }

    private TimeSpan RestLeft(ObjectName name) => _contention.Recent(name) is { Times: > 1 } recent
        ? recent.Last + TimeSpan.FromSeconds(Math.Min(recent.Times - 1, LongestRest.TotalSeconds)) - time.GetUtcNow()
        : TimeSpan.Zero;

    private static string? Left(DestinationRuleObject rule, RouteWrite write) =>
        write.IsGone ? null
        : write.IsStale ? $"{rule} was changed by somebody else while it was given back."
        : write.Problem;
}

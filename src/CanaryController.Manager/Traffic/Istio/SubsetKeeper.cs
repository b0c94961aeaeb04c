using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Istio;

/// <summary>Writes the subsets of a DestinationRule, and gives them back. Without its subset a VirtualService answers 503.</summary>
internal sealed class SubsetKeeper(DestinationRules rules, IObjectCache<ReplicaSetObject> sets, IKubeApi api, IFence fence, TimeProvider time)
    : CompanionKeeper<DestinationRuleObject, SubsetWish>(rules, "f:subsets", fence, time)
{
    /// <inheritdoc/>
    protected override string What => "the subsets";

    /// <summary>Gives the subsets back. Null when that is done, or the rule is gone; otherwise why not, in one sentence.</summary>
    public Task<string?> ReturnAsync(ObjectName name, string stable, CancellationToken cancellation) =>
        ReturnAsync(name, async rule => SubsetRestore.Of(rule, await ChoosesAsync(rule, stable, cancellation)), cancellation);

    /// <inheritdoc/>
    protected override JsonPatch? Plan(DestinationRuleObject item, SubsetWish wish, string fence, JsonArray? owners) => SubsetPlan.Of(item, wish.Subsets, wish.Pins, fence, owners);

    /// <inheritdoc/>
    protected override bool IsDone(DestinationRuleObject item, SubsetWish wish) => SubsetPlan.IsDone(item, wish.Subsets, wish.Pins);

    /// <inheritdoc/>
    protected override bool IsNoted(DestinationRuleObject item) => SubsetNote.Of(item) is not null;

    /// <inheritdoc/>
    protected override JsonArray? OwnersOf(DestinationRuleObject item) => SubsetNote.Of(item)?.Owners;

    /// <inheritdoc/>
    protected override JsonPatch? Forget(DestinationRuleObject item) => SubsetRestore.Forget(item);

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
}

/// <summary>What the subsets of a DestinationRule are to choose.</summary>
/// <param name="Subsets">Their names.</param>
/// <param name="Pins">The pods.</param>
internal readonly record struct SubsetWish(VersionSubsets Subsets, SubsetPins Pins);

using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>Writes the subsets of a ServiceResolver, and gives them back. Without its subset Consul refuses a splitter, or answers 503.</summary>
internal sealed class ResolverKeeper(ServiceResolvers resolvers, IFence fence, TimeProvider time) : CompanionKeeper<ServiceResolverObject, ResolverPins>(resolvers, "f:subsets", fence, time)
{
    private readonly TimeProvider _time = time;

    /// <inheritdoc/>
    protected override string What => "the subsets";

    /// <summary>Gives the subsets back. Null when that is done, or the resolver is gone; otherwise why not, in one sentence.</summary>
    /// <param name="name">The resolver.</param>
    /// <param name="stable">The expression that chooses stable's pods; null when that is not known.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<string?> ReturnAsync(ObjectName name, string? stable, CancellationToken cancellation) =>
        ReturnAsync(name, resolver => Task.FromResult(ResolverRestore.Of(resolver, stable)), cancellation);

    /// <inheritdoc/>
    protected override JsonPatch? Plan(ServiceResolverObject item, ResolverPins wish, string fence, JsonArray? owners) => ResolverSubsetPlan.Of(item, wish, fence, owners, _time.GetUtcNow());

    /// <inheritdoc/>
    protected override bool IsDone(ServiceResolverObject item, ResolverPins wish) => ResolverSubsetPlan.IsDone(item, wish);

    /// <inheritdoc/>
    protected override bool IsNoted(ServiceResolverObject item) => ResolverNote.Of(item) is not null;

    /// <inheritdoc/>
    protected override JsonArray? OwnersOf(ServiceResolverObject item) => ResolverNote.Of(item)?.Owners;

    /// <inheritdoc/>
    protected override JsonPatch? Forget(ServiceResolverObject item) => ResolverRestore.Forget(item);
}

using System.Collections.Frozen;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Traffic.Routes;

/// <summary>The objects of one kind.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Objects">Its objects.</param>
internal sealed record RouteCache(RouteKind Kind, IObjectCache<RouteObject> Objects);

/// <summary>The objects of all kinds that are watched: those of the routers in <c>kubernetes.routers</c>.</summary>
internal sealed class RouteCaches(IEnumerable<RouteCache> caches)
{
    private readonly FrozenDictionary<RouteKind, IObjectCache<RouteObject>> _caches = caches.ToFrozenDictionary(each => each.Kind, each => each.Objects);

    /// <summary>The objects of a kind; null when it is not watched.</summary>
    public IObjectCache<RouteObject>? Of(RouteKind kind) => _caches.GetValueOrDefault(kind);

    /// <summary>The object as it is known; null when there is none.</summary>
    public RouteObject? Find(RouteId id) => Of(id.Kind)?.Find(id.Name);

    /// <summary>All objects of all kinds.</summary>
    public IEnumerable<RouteObject> All => _caches.Values.SelectMany(cache => cache.All);
}

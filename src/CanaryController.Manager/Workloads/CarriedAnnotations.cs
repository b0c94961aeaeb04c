using CanaryController.Core;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Workloads;

/// <summary>
/// Annotations of the apex Service that a mesh or gateway reads from the Services beside it, once requests go there: Linkerd's circuit breaking, Contour's protocol and limits (without
/// <c>upstream-protocol.h2c</c> each call of gRPC fails). What somebody writes into one of those and not into the apex stays.
/// </summary>
internal static class CarriedAnnotations
{
    private static readonly string[] _prefixes = ["balancer.linkerd.io/", "balancer.alpha.linkerd.io/", "projectcontour.io/"];

    /// <summary>What is to be written into <paramref name="own"/> (null = a Service that is made) so that it is as in <paramref name="apex"/>; empty when it is.</summary>
    public static EquatableArray<Annotation> Changes(ObjectMeta apex, ObjectMeta? own)
    {
        var wanted = apex.Annotations.Where(pair => IsCarried(pair.Key)).OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var has = own?.Annotations ?? TextPairs.None;
        var noted = has.GetValueOrDefault(WorkloadMarks.Carried);
        var note = wanted.Count == 0 ? null : string.Join(',', wanted.Select(pair => pair.Key));
        return
        [
            .. wanted.Where(pair => has.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => new Annotation(pair.Key, pair.Value)),
            .. from key in (noted ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
               where IsCarried(key) && has.ContainsKey(key) && !wanted.Exists(pair => pair.Key == key)
               select new Annotation(key, null),
            .. note == noted ? [] : (Annotation[])[new(WorkloadMarks.Carried, note)],
        ];
    }

    private static bool IsCarried(string key) => Array.Exists(_prefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal));
}

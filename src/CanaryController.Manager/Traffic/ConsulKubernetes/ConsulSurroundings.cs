using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Traffic.ConsulKubernetes;

/// <summary>What stands around a service's splitter and is never written here: its ServiceRouter, which may send past the splitter, and the ServiceIntentions, which may let nobody in.</summary>
internal sealed class ConsulSurroundings(IObjectCache<ServiceDetours> routers, IObjectCache<ServiceIntentionsObject> intentions)
{
    private const int MaxNamed = 5;

    /// <summary>Why no request may go to a canary that gets none yet, in one sentence with what mends it; null when they may.</summary>
    public string? Obstacle(ObjectName service) => Diversion(service) ?? Denial(service);

    /// <summary>Why requests do not go as the splitter says; null when they do.</summary>
    public string? Diversion(ObjectName service) => !routers.IsSynced
        ? "The ServiceRouters are not read yet."
        : routers.Find(service) is { } router && router.Detours.Where(each => each.IsForAll).Select(each => (Detour?)each).FirstOrDefault() is { } all
            ? $"{router} sends every request that reaches route {all.Number} to {all.Where}, past the ServiceSplitter: take serviceSubset or service out of that route's destination."
            : null;

    /// <summary>Requests that pass the splitter by; null when none does.</summary>
    public ConditionView? Bypass(ObjectName service) => routers.Find(service) is { } router && router.Detours.Where(each => !each.IsForAll).Take(MaxNamed).ToList() is { Count: > 0 } some
        ? new(ConsulDivider.BypassedCondition, "True", "ServiceRouter", string.Join(' ', some.Select(each => $"{router} sends the requests of route {each.Number} to {each.Where}, past the ServiceSplitter: they are not divided.")))
        : null;

    /// <summary>
    /// Those for the service come before those for all services, and in each a named caller before everybody (Consul, "Intention precedence"). Where none is written the cluster's default holds, which
    /// cannot be told from here.
    /// </summary>
    private string? Denial(ObjectName service)
    {
        if (!intentions.IsSynced)
        {
            return "The ServiceIntentions are not read yet.";
        }

        foreach (var key in (string[])[ServiceIntentionsObject.DestinationKey(service.Name), ServiceIntentionsObject.AllKey])
        {
            var found = intentions.By(key).Where(each => each.IsAbout(service.Namespace)).OrderBy(each => each.Meta.Name.ToString(), StringComparer.Ordinal).ToList();
            if (found.Exists(each => each.Sources.Any(source => source.Allows)))
            {
                return null;
            }

            if (found.Find(each => each.Sources.Any(source => source is { IsEverybody: true, Denies: true })) is { } denial)
            {
                return $"{denial} denies every caller of service {service.Name}, so neither version would get a request: allow its callers in a ServiceIntentions for it.";
            }
        }

        return null;
    }
}

using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Shops;
using CanaryController.EndToEnd.Tests.Kubernetes.Watching;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Laws;

/// <summary>All objects of one shop at one resource version.</summary>
internal sealed class World(string name)
{
    private readonly Dictionary<string, JsonObject> _pods = [];
    private readonly Dictionary<string, JsonObject> _replicaSets = [];
    private readonly Dictionary<string, JsonObject> _slices = [];
    private readonly Dictionary<string, string> _hashes = [];
    private RouteForm? _form;
    private JsonObject? _beside;
    private JsonObject? _rule;

    /// <summary>The shop's name: its Deployment's, Service's, route's and Rollout's too.</summary>
    public string Name => name;

    public JsonObject? Rollout { get; private set; }

    public JsonObject? Deployment { get; private set; }

    public JsonObject? Route { get; private set; }

    /// <summary>It has, or had, a route.</summary>
    public bool HasRoute { get; private set; }

    public IEnumerable<JsonObject> ReplicaSets => _replicaSets.Values;

    /// <summary>What the Deployment asks for.</summary>
    public int Replicas => Deployment.Int("spec", "replicas") ?? 0;

    public string? Phase => Rollout.Text("status", "phase");

    /// <summary>The controller leads the shop: it has a status, and nobody is deleting it.</summary>
    public bool IsLed => Rollout is { } rollout && !rollout.IsDeleting() && rollout.Text("metadata", "annotations", "canarycontroller.io/release") is null && Phase is not (null or "Invalid");

    /// <summary>What each version gets of the route's requests, 0 to 1, by hash: each backend's share, spread over the ready endpoints of its Service.</summary>
    public IReadOnlyDictionary<string, double> Traffic { get; private set; } = new Dictionary<string, double>();

    /// <summary>Services with a weight and no ready endpoint: requests to them are lost.</summary>
    public IReadOnlyList<string> LosingServices { get; private set; } = [];

    /// <summary>True when <paramref name="happened"/> is about this shop.</summary>
    public bool Concerns(ClusterEvent happened) => happened.Kind.Kind switch
    {
        "Pod" or "ReplicaSet" => happened.Item.Label("app") == name,
        "EndpointSlice" => happened.Item.Label("kubernetes.io/service-name") is { } service && IsService(service),
        "Service" => IsService(happened.Name),
        _ => happened.Name == name || happened.Name == RouteForm.Of(happened.Kind)?.Beside(name),
    };

    /// <summary>Takes a change over. Returns the object as it was before.</summary>
    public JsonObject? Apply(ClusterEvent happened)
    {
        var after = happened.IsDeleted ? null : happened.Item;
        JsonObject? before = null;
        switch (happened.Kind.Kind)
        {
            case "Pod":
                _hashes[happened.Name] = happened.Item.Hash();
                before = Put(_pods, happened.Name, after);
                break;
            case "ReplicaSet":
                before = Put(_replicaSets, happened.Name, after);
                break;
            case "EndpointSlice":
                before = Put(_slices, happened.Name, after);
                break;
            case "Rollout":
                (before, Rollout) = (Rollout, after);
                break;
            case "Deployment":
                (before, Deployment) = (Deployment, after);
                break;
            case "DestinationRule" or "ServiceResolver":
                (before, _rule) = (_rule, after);
                break;
            default:
                if (RouteForm.Of(happened.Kind) is not { } form)
                {
                    return null;
                }

                (HasRoute, _form) = (true, form);
                (before, Route, _beside) = happened.Name == name ? (Route, after, _beside) : (_beside, Route, after);
                break;
        }

        Divide();
        return before;
    }

    /// <summary>Pods of a version that take requests.</summary>
    public int Serving(string hash) => _pods.Values.Count(pod => pod.Hash() == hash && pod.IsServing());

    /// <summary>Ready endpoints of a Service, by pod name.</summary>
    public IReadOnlyList<string> Endpoints(string service) =>
    [
        .. _slices.Values.Where(slice => slice.Label("kubernetes.io/service-name") == service)
            .SelectMany(slice => slice.Items("endpoints")).Where(Endpoint.IsReady).Select(each => each.Text("targetRef", "name") ?? ""),
    ];

    /// <summary>Backends of each rule of the route that send to this shop.</summary>
    public IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends() => (_form?.Backends(Route, _beside) ?? []).Select(rule => rule.Where(each => IsService(each.Service)).ToList());

    /// <summary>The pods that an entry leads to: a subset's are those of the Service that its labels choose.</summary>
    private IReadOnlyList<string> Behind(string service) => _rule is null || service == name
        ? Endpoints(service)
        : [.. Endpoints(name).Where(pod => _form?.Chooses(_rule, service[(name.Length + 1)..], pod, _hashes.GetValueOrDefault(pod, "?")) is true)];

    private void Divide()
    {
        var traffic = new Dictionary<string, double>();
        var losing = new List<string>();
        var backends = Backends().FirstOrDefault(rule => rule.Count > 0) ?? [];
        double sum = backends.Sum(each => each.Weight);
        foreach (var (service, weight) in backends.Where(each => each.Weight > 0))
        {
            var endpoints = Behind(service);
            if (endpoints.Count == 0)
            {
                losing.Add(service);
            }

            foreach (var pod in endpoints)
            {
                var hash = _hashes.GetValueOrDefault(pod, "?");
                traffic[hash] = traffic.GetValueOrDefault(hash) + (weight / sum / endpoints.Count);
            }
        }

        (Traffic, LosingServices) = (traffic, losing);
    }

    private bool IsService(string service) => service == name || service == $"{name}-stable" || service == $"{name}-canary" || service == $"{name}-v1" || service == $"{name}-v2";

    private static JsonObject? Put(Dictionary<string, JsonObject> all, string key, JsonObject? after)
    {
        all.Remove(key, out var before);
        if (after is not null)
        {
            all[key] = after;
        }

        return before;
    }
}

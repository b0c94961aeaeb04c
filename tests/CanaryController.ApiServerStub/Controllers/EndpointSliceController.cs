using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Keeps the EndpointSlices of the Services that have a selector. Endpoints, which nobody should read any more, are not kept.</summary>
internal sealed class EndpointSliceController(IObjectStore store, Random random) : IStubController
{
    private const string ServiceName = "kubernetes.io/service-name";
    private const string ManagedBy = "endpointslice.kubernetes.io/managed-by";
    private const string Headless = "service.kubernetes.io/headless";
    private const string Manager = "endpointslice-controller.k8s.io";
    private const int MaxEndpoints = 100;

    public string Name => "endpointslice";

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before) => change.Resource switch
    {
        Resources.Services => [Key(change.Object.Namespace(), change.Object.Name())],
        Resources.EndpointSlices when IsOurs(change.Object) => [Key(change.Object.Namespace(), change.Object.Labels()?.Text(ServiceName) ?? "")],
        Resources.Pods => store.List(Resources.Services, change.Object.Namespace())
            .Where(service => Selector(service) is var selector && (selector.Matches(change.Object.Labels()) || selector.Matches(before?.Labels())))
            .Select(service => Key(service.Namespace(), service.Name())),
        _ => [],
    };

    public void Sync(WorkKey key)
    {
        if (store.Find(Resources.Services, key.Namespace, key.Name) is not { } service || service.IsBeingDeleted() || Selector(service).IsEmpty
            || store.IsTerminating(key.Namespace))
        {
            return;
        }

        var existing = store.List(Resources.EndpointSlices, key.Namespace)
            .Where(slice => IsOurs(slice) && slice.Labels()?.Text(ServiceName) == key.Name && !slice.IsBeingDeleted()).ToList();
        foreach (var wanted in Wanted(service))
        {
            var ports = wanted["ports"];
            var slice = existing.Find(s => JsonNode.DeepEquals(s["ports"], ports)) ?? existing.FirstOrDefault();
            if (slice is null)
            {
                store.Create(Resources.EndpointSlices, wanted);
                continue;
            }

            existing.Remove(slice);
            Replace(slice, wanted);
        }

        foreach (var left in existing)
        {
            store.Delete(Resources.EndpointSlices, left.Namespace(), left.Name());
        }
    }

    private void Replace(JsonObject slice, JsonObject wanted)
    {
        if (JsonNode.DeepEquals(slice["ports"], wanted["ports"]) && JsonNode.DeepEquals(slice["endpoints"], wanted["endpoints"])
            && JsonNode.DeepEquals(slice.Labels(), wanted.Labels()))
        {
            return;
        }

        slice.Child("metadata")["labels"] = wanted.Labels()?.DeepClone();
        slice["ports"] = wanted["ports"]?.DeepClone();
        slice["endpoints"] = wanted["endpoints"]?.DeepClone();
        store.Update(Resources.EndpointSlices, slice);
    }

    /// <summary>One slice for each set of ports and each hundred endpoints; an empty one when there is no pod.</summary>
    private IEnumerable<JsonObject> Wanted(JsonObject service)
    {
        var selector = Selector(service);
        var pods = store.List(Resources.Pods, service.Namespace())
            .Where(pod => selector.Matches(pod.Labels()) && pod.Text("status", "podIP") is not null && Pod.Phase(pod) is not ("Succeeded" or "Failed")).ToList();
        if (pods.Count == 0)
        {
            return [Slice(service, [], [])];
        }

        return from ports in pods.GroupBy(pod => Ports(service, pod).ToJsonString())
               from chunk in ports.Chunk(MaxEndpoints)
               select Slice(service, Ports(service, chunk[0]), chunk);
    }

    /// <summary>What is empty is null, as the real controller writes it: readers have to cope with it.</summary>
    private JsonObject Slice(JsonObject service, JsonArray ports, JsonObject[] pods) => new()
    {
        ["apiVersion"] = "discovery.k8s.io/v1",
        ["kind"] = "EndpointSlice",
        ["metadata"] = new JsonObject
        {
            ["name"] = $"{service.Name()}-{string.Concat(random.GetItems<char>(PodTemplate.NameCharacters, 5))}",
            ["generateName"] = $"{service.Name()}-",
            ["namespace"] = service.Namespace(),
            ["labels"] = Labels(service),
            ["ownerReferences"] = new JsonArray(ObjectFields.ControllerReferenceTo(service)),
        },
        ["addressType"] = "IPv4",
        ["ports"] = ports.Count == 0 ? null : ports,
        ["endpoints"] = pods.Length == 0 ? null : new JsonArray([.. pods.Select(pod => Endpoint(service, pod))]),
    };

    private static JsonObject Labels(JsonObject service)
    {
        var labels = service.Labels()?.Copy() ?? [];
        labels.Remove(Headless);
        if (service.Text("spec", "clusterIP") == "None")
        {
            labels[Headless] = "";
        }

        labels[ServiceName] = service.Name();
        labels[ManagedBy] = Manager;
        return labels;
    }

    private static JsonObject Endpoint(JsonObject service, JsonObject pod)
    {
        var serving = Pod.IsReady(pod);
        return new()
        {
            ["addresses"] = new JsonArray(pod.Text("status", "podIP")),
            ["conditions"] = new JsonObject
            {
                ["ready"] = service.Flag("spec", "publishNotReadyAddresses") || (serving && !pod.IsBeingDeleted()),
                ["serving"] = serving,
                ["terminating"] = pod.IsBeingDeleted(),
            },
            ["nodeName"] = Pod.NodeName(pod),
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = pod.Namespace(), ["name"] = pod.Name(), ["uid"] = pod.Uid() },
        };
    }

    /// <summary>The Service's ports as this pod serves them; a target port that is a name which the pod does not have is left out.</summary>
    private static JsonArray Ports(JsonObject service, JsonObject pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.Items("spec", "ports"))
        {
            var protocol = port.Text("protocol") ?? "TCP";
            var target = port.Text("targetPort") is { Length: > 0 } name
                ? pod.Items("spec", "containers").SelectMany(c => c.Items("ports"))
                    .FirstOrDefault(p => p.Text("name") == name && (p.Text("protocol") ?? "TCP") == protocol)?.Number("containerPort")
                : port.Number("targetPort") is { } number and not 0 ? number : port.Number("port");
            if (target is null)
            {
                continue;
            }

            var found = new JsonObject { ["name"] = port.Text("name") ?? "", ["port"] = target, ["protocol"] = protocol };
            if (port.Text("appProtocol") is { } application)
            {
                found["appProtocol"] = application;
            }

            ports.Add(found);
        }

        return ports;
    }

    private WorkKey Key(string? ns, string service) => new(Name, Resources.Services, ns, service);

    private static bool IsOurs(JsonObject slice) => slice.Labels()?.Text(ManagedBy) == Manager;

    private static LabelSelector Selector(JsonObject service) => LabelSelector.ReadMap(service.At("spec", "selector"));
}

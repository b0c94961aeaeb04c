using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>
/// Scheduler and kubelet in one. A pod gets a node at once, runs after a delay with an address of its own, and is ready unless its annotation
/// <c>sim/ready</c> says "false", which may change at any time. A pod on a node that is deleted ends after a delay.
/// </summary>
internal sealed class PodController(IObjectStore store, TimeProvider time, WorkQueue queue, PodTimings timings, Random random) : IStubController
{
    private const string Node = "sim";

    private readonly Dictionary<WorkKey, (string Uid, DateTimeOffset At)> _starts = [];
    private readonly Dictionary<WorkKey, (string Uid, DateTimeOffset At)> _ends = [];
    private int _addresses;

    public string Name => "pod";

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before) => change.Resource == Resources.Pods ? [Key(change.Object)] : [];

    public void Sync(WorkKey key)
    {
        if (store.Find(Resources.Pods, key.Namespace, key.Name) is not { } pod)
        {
            _starts.Remove(key);
            _ends.Remove(key);
            return;
        }

        if (pod.IsBeingDeleted())
        {
            End(key, pod);
        }
        else if (Pod.NodeName(pod).Length == 0)
        {
            pod.Child("spec")["nodeName"] = Node;
            store.Update(Resources.Pods, pod);
        }
        else if (Pod.Phase(pod) is not ("Succeeded" or "Failed"))
        {
            Run(key, pod);
        }
    }

    private WorkKey Key(JsonObject pod) => new(Name, Resources.Pods, pod.Namespace(), pod.Name());

    private void End(WorkKey key, JsonObject pod)
    {
        if (Left(_ends, key, pod, timings.Gone) is var left && left > TimeSpan.Zero)
        {
            queue.AddAfter(key, left);
            return;
        }

        store.RemoveFinalizer(Resources.Pods, pod, ForegroundFinalizer.Name);
        store.Delete(Resources.Pods, pod.Namespace(), pod.Name());
    }

    private void Run(WorkKey key, JsonObject pod)
    {
        if (Left(_starts, key, pod, DrawStart) is var left && left > TimeSpan.Zero)
        {
            queue.AddAfter(key, left);
            return;
        }

        var status = Status(pod);
        if (!JsonNode.DeepEquals(pod["status"], status))
        {
            pod["status"] = status;
            store.Update(Resources.Pods, pod, "status");
        }
    }

    private TimeSpan DrawStart => timings.ReadyFrom + ((timings.ReadyTo - timings.ReadyFrom) * random.NextDouble());

    /// <summary>What is left of a delay that begins when it is first asked for.</summary>
    private TimeSpan Left(Dictionary<WorkKey, (string Uid, DateTimeOffset At)> due, WorkKey key, JsonObject pod, TimeSpan delay)
    {
        if (!due.TryGetValue(key, out var known) || known.Uid != pod.Uid())
        {
            due[key] = known = (pod.Uid(), time.GetUtcNow() + delay);
        }

        return known.At - time.GetUtcNow();
    }

    private JsonObject Status(JsonObject pod)
    {
        var ready = pod.Annotation("sim/ready") != "false";
        var status = (JsonObject)(pod["status"]?.DeepClone() ?? new JsonObject());
        var ip = status.Text("podIP") ?? NextAddress();
        status["phase"] = "Running";
        status["hostIP"] = "127.0.0.1";
        status["podIP"] = ip;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
        status["startTime"] ??= time.Stamp();
        status["conditions"] = new JsonArray(
            Condition(pod, "Initialized", holds: true),
            Condition(pod, "Ready", ready),
            Condition(pod, "ContainersReady", ready),
            Condition(pod, "PodScheduled", holds: true));
        status["containerStatuses"] = new JsonArray([.. pod.Items("spec", "containers").Select(container => new JsonObject
        {
            ["name"] = container.Text("name"),
            ["image"] = container.Text("image"),
            ["imageID"] = $"sim://{container.Text("image")}",
            ["ready"] = ready,
            ["started"] = true,
            ["restartCount"] = 0,
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = status.Text("startTime") } },
        })]);
        return status;
    }

    private JsonObject Condition(JsonObject pod, string type, bool holds)
    {
        var status = holds ? "True" : "False";
        var condition = new JsonObject { ["type"] = type, ["status"] = status };
        if (!holds)
        {
            condition["reason"] = "ContainersNotReady";
            condition["message"] = "containers with unready status";
        }

        condition["lastTransitionTime"] = Pod.Condition(pod, type) is { } known && known.Text("status") == status
            ? known.Text("lastTransitionTime")
            : time.Stamp();
        return condition;
    }

    private string NextAddress()
    {
        // 10.64.0.1 to 10.95.255.254, without the first and the last of 256; more pods than that (2,080,768) in one run would meet again.
        var n = _addresses++ % (32 * 256 * 254);
        return $"10.{64 + (n / (256 * 254))}.{n / 254 % 256}.{1 + (n % 254)}";
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>
/// A HorizontalPodAutoscaler without metrics: the annotation <c>sim/desired-replicas</c> says how many replicas they would ask for. Clamped to the
/// autoscaler's limits, that is what its Deployment gets. One at 0 replicas is left alone, as the real one does.
/// </summary>
internal sealed class AutoscalerController(IObjectStore store, TimeProvider time) : IStubController
{
    private const string Desired = "sim/desired-replicas";

    public string Name => "horizontalpodautoscaler";

    public IEnumerable<WorkKey> Affected(ObjectChange change, JsonObject? before) => change.Resource switch
    {
        Resources.Autoscalers => [Key(change.Object)],
        Resources.Deployments => store.List(Resources.Autoscalers, change.Object.Namespace())
            .Where(hpa => Target(hpa) == change.Object.Name()).Select(Key),
        _ => [],
    };

    public void Sync(WorkKey key)
    {
        if (store.Find(Resources.Autoscalers, key.Namespace, key.Name) is not { } hpa
            || hpa.IsBeingDeleted()
            || !int.TryParse(hpa.Annotation(Desired), NumberStyles.None, CultureInfo.InvariantCulture, out var asked)
            || Target(hpa) is not { } name
            || store.Find(Resources.Deployments, key.Namespace, name) is not { } deployment)
        {
            return;
        }

        var now = new Deployment(deployment).Replicas;
        var min = (int)(hpa.Number("spec", "minReplicas") ?? 1);
        var wanted = Math.Max(min, Math.Min(asked, hpa.Count("spec", "maxReplicas")));
        if (now == 0 && min != 0)
        {
            return;
        }

        if (now != wanted)
        {
            deployment.Child("spec")["replicas"] = wanted;
            store.Update(Resources.Deployments, deployment);
        }

        SaveStatus(hpa, deployment.Count("status", "replicas"), wanted, now != wanted);
    }

    private void SaveStatus(JsonObject hpa, int current, int wanted, bool scaled)
    {
        var before = hpa["status"]?.DeepClone();
        var status = hpa.Child("status");
        status["observedGeneration"] = hpa.Generation();
        status["currentReplicas"] = current;
        status["desiredReplicas"] = wanted;
        if (scaled)
        {
            status["lastScaleTime"] = time.Stamp();
        }

        if (!JsonNode.DeepEquals(before, status))
        {
            store.Update(Resources.Autoscalers, hpa, "status");
        }
    }

    private WorkKey Key(JsonObject hpa) => new(Name, Resources.Autoscalers, hpa.Namespace(), hpa.Name());

    private static string? Target(JsonObject hpa) =>
        hpa.Text("spec", "scaleTargetRef", "kind") == "Deployment" ? hpa.Text("spec", "scaleTargetRef", "name") : null;
}

using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using Microsoft.Extensions.Logging.Abstractions;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

public sealed class RolloutsHookTests
{
    private readonly ObjectCache<RolloutObject> _cache = new(NullLogger.Instance);

    [Fact]
    public void A_valid_Rollout_passes_and_one_that_lint_refuses_is_denied_with_all_that_is_wrong()
    {
        Assert.IsType<AdmissionAnswer.Allowed>(Decide(Rollout("web")));
        var bad = Rollout("web");
        bad["spec"]!["workload"]!["progressDeadline"] = "900h";
        bad["spec"]!["strategy"]!["steps"]![0]!["mirror"] = true;
        var denied = Assert.IsType<AdmissionAnswer.Denied>(Decide(bad));
        Assert.Equal(["spec.strategy.steps[0].mirror", "spec.workload.progressDeadline"], denied.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
        Assert.All(denied.Problems, problem => Assert.Contains(problem.Message, denied.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_another_rollout_of_the_namespace_leads_is_denied_and_its_name_told()
    {
        _cache.Put(Stored(Rollout("web")));
        var denied = Assert.IsType<AdmissionAnswer.Denied>(Decide(Rollout("other")));
        Assert.Equal(
            ["spec.service.name", "spec.traffic.gatewayAPI.httpRoutes[0].name", "spec.workload.name"], denied.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
        Assert.All(denied.Problems, problem => Assert.Contains("shop/web", problem.Message, StringComparison.Ordinal));

        Assert.IsType<AdmissionAnswer.Allowed>(Decide(Rollout("web")));
        var elsewhere = Rollout("other");
        elsewhere["metadata"]!["namespace"] = "cart";
        Assert.IsType<AdmissionAnswer.Allowed>(Decide(elsewhere, ns: "cart"));
    }

    [Fact]
    public void Another_one_that_is_being_deleted_is_in_nobodys_way()
    {
        var leaving = Rollout("web");
        leaving["metadata"]!["deletionTimestamp"] = "2026-06-01T12:00:00Z";
        _cache.Put(Stored(leaving));
        Assert.IsType<AdmissionAnswer.Allowed>(Decide(Rollout("other")));
    }

    [Fact]
    public void A_stored_spec_that_is_invalid_keeps_no_label_and_no_finalizer_from_being_written()
    {
        var stored = Rollout("web");
        stored["spec"]!["workload"]!["progressDeadline"] = "900h";
        var labelled = stored.DeepClone().AsObject();
        labelled["metadata"]!["labels"] = new JsonObject { ["a"] = "b" };
        Assert.Same(AdmissionAnswer.Unchanged, Decide(labelled, stored));

        var deleted = stored.DeepClone().AsObject();
        deleted["metadata"]!["deletionTimestamp"] = "2026-06-01T12:00:00Z";
        deleted["spec"]!["workload"]!["progressDeadline"] = "901h";
        Assert.Same(AdmissionAnswer.Unchanged, Decide(deleted, stored));

        var changed = stored.DeepClone().AsObject();
        changed["spec"]!["workload"]!["progressDeadline"] = "901h";
        Assert.IsType<AdmissionAnswer.Denied>(Decide(changed, stored));
        Assert.IsType<AdmissionAnswer.Allowed>(Decide(Rollout("web"), stored));
    }

    private AdmissionAnswer Decide(JsonObject item, JsonObject? old = null, string ns = "shop") =>
        new RolloutsHook(_cache).Decide(Reviews.Request(Reviews.Of("Rollout", item, old, operation: old is null ? "CREATE" : "UPDATE", ns: ns)));

    private static RolloutObject Stored(JsonObject item)
    {
        var stored = item.DeepClone().AsObject();
        stored["metadata"]!["uid"] = "u1";
        stored["metadata"]!["resourceVersion"] = "1";
        return stored.Project(RolloutObject.Project);
    }

    private static JsonObject Rollout(string name) => JsonNode.Parse($$$"""
        {
          "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout",
          "metadata": {"name": "{{{name}}}", "namespace": "shop"},
          "spec": {
            "workload": {"kind": "Deployment", "name": "shop", "progressDeadline": "5m"},
            "service": {"name": "shop", "port": 80},
            "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "shop"}]}},
            "strategy": {"steps": [{"weight": 5, "hold": "5m"}]},
            "analysis": {"metrics": [{"name": "ok", "query": "sum(x)", "interval": "15s", "threshold": {"min": 1}}]}
          }
        }
        """)!.AsObject();
}

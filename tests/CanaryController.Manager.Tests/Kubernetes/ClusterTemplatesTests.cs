using System.Text.Json;
using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Traffic.Cluster;

namespace CanaryController.Manager.Tests.Kubernetes;

/// <summary>Where the queries of a cluster's rollouts come from.</summary>
public sealed class ClusterTemplatesTests : IRolloutWaker
{
    private readonly CacheMemory<RolloutObject> _rollouts = new();
    private readonly CacheMemory<MetricTemplateObject> _local = new();
    private readonly CacheMemory<ClusterMetricTemplateObject> _cluster = new();
    private readonly List<Resources.RolloutKey> _woken = [];

    private ClusterRollouts Rollouts => new(
        _rollouts, new(_rollouts, new CacheMemory<DeploymentObject>(), new CacheMemory<ReplicaSetObject>(), new CacheMemory<HolderObject>(), new CacheMemory<ServiceObject>(), new([])), new ClusterTemplates(_local, _cluster));

    [Fact]
    public void A_metric_takes_its_query_from_the_template_that_it_names()
    {
        Rollout("shop", "{\"name\": \"orders\", \"args\": [{\"name\": \"topic\", \"value\": \"paid\"}]}");
        Assert.Null(Query());

        _local.Put(MetricTemplateObject.Project(Template("shop", "sum(a{t=\\\"{{ args.topic }}\\\"})")));
        Assert.Equal("sum(a{t=\"paid\"})", Query());

        Rollout("shop", "{\"name\": \"orders\", \"kind\": \"ClusterMetricTemplate\", \"args\": [{\"name\": \"topic\", \"value\": \"paid\"}]}");
        Assert.Null(Query());
        _cluster.Put(ClusterMetricTemplateObject.Project(Template(null, "max(a{t=\\\"{{ args.topic }}\\\"})")));
        Assert.Equal("max(a{t=\"paid\"})", Query());
    }

    [Fact]
    public void A_template_that_breaks_a_rule_counts_as_none()
    {
        Rollout("shop", "{\"name\": \"orders\", \"args\": [{\"name\": \"topic\", \"value\": \"paid\"}]}");
        _local.Put(MetricTemplateObject.Project(Template("shop", "sum(a{t={{ args.topic }}})")));
        Assert.Null(Query());
    }

    [Fact]
    public void A_changed_template_wakes_those_that_use_it_and_nobody_is_in_anothers_way()
    {
        Rollout("shop", "{\"name\": \"orders\", \"args\": []}");
        Rollout("cart", "{\"name\": \"orders\", \"args\": []}");
        Rollout("blog", "{\"name\": \"orders\", \"kind\": \"ClusterMetricTemplate\", \"args\": []}");
        var template = MetricTemplateObject.Project(Template("shop", "sum(a)"));
        new ClusterWaker(_rollouts, this).Template(null, template);
        Assert.Equal(["cart", "shop"], _woken.Select(key => key.Name).Order(StringComparer.Ordinal));
        Assert.All(Rollouts.All, rollout => Assert.Empty(rollout.Problems));

        _woken.Clear();
        new ClusterWaker(_rollouts, this).Template(ClusterMetricTemplateObject.Project(Template(null, "sum(a)")), null);
        Assert.Equal(["blog"], _woken.Select(key => key.Name));
    }

    void IRolloutWaker.Wake(Resources.RolloutKey key, QueueLane lane) => _woken.Add(key);

    private string? Query() => Rollouts.Find(new("shop", "shop"))!.Spec!.Analysis.Metrics.Single(metric => metric.Kind is MetricKind.Query).Query;

    private void Rollout(string name, string template) => _rollouts.Put(RolloutObject.Project(Parse($$"""
        {
          "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "{{name}}", "namespace": "shop", "uid": "{{name}}", "resourceVersion": "1"},
          "spec": {
            "workload": {"kind": "Deployment", "name": "{{name}}"}, "service": {"name": "{{name}}"}, "traffic": {"router": "GatewayAPI", "gatewayAPI": {"httpRoutes": [{"name": "{{name}}"}]} },
            "strategy": {"steps": [{"weight": 5, "hold": "1m"}]},
            "analysis": {"metrics": [{"name": "orders", "template": {{template}}, "threshold": {"min": 1} }] }
          }
        }
        """)));

    private static JsonElement Template(string? ns, string query) => Parse($$"""
        {"metadata": {"name": "orders", {{(ns is null ? "" : $"\"namespace\": \"{ns}\",")}} "uid": "t", "resourceVersion": "1"}, "spec": {"args": [{"name": "topic"}], "query": "{{query}}"} }
        """);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

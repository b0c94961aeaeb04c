using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Crds;

/// <summary>The rules over several fields that the API server checks by itself, in the Common Expression Language as Kubernetes 1.26 has it.</summary>
internal static class Cel
{
    /// <summary>The most steps that a strategy may have.</summary>
    public const int MaxSteps = 50;

    public static readonly CelRule DeploymentHasName = new(
        "self.kind != 'Deployment' || (has(self.name) && !has(self.versions))", "a Deployment needs its name, and has no versions: they are its ReplicaSets");

    public static readonly CelRule ExternalHasVersions = new(
        "self.kind != 'External' || (has(self.versions) && !has(self.name) && (!has(self.versions.canary) || self.versions.canary != self.versions.stable))",
        "an External workload needs versions, which are two different Services, and has no name of its own");

    public static readonly CelRule DeploymentHasService = new("self.workload.kind != 'Deployment' || has(self.service)", "a Deployment needs its Service: write service: {name: NAME, port: 80}");

    /// <summary>What was led before would be left behind as it is: paused, divided, pinned.</summary>
    public static readonly CelRule TargetsStay = new(
        "self.workload.kind == oldSelf.workload.kind && has(self.workload.name) == has(oldSelf.workload.name) && (!has(self.workload.name) || self.workload.name == oldSelf.workload.name)"
        + " && has(self.service) == has(oldSelf.service) && (!has(self.service) || self.service.name == oldSelf.service.name) && self.traffic.router == oldSelf.traffic.router",
        "what a rollout leads stays: workload, service and router; to lead another one, delete this rollout and create one of another name");

    public static readonly CelRule ExternalHasNoSizes = new("self.workload.kind != 'External' || self.strategy.steps.all(step, !has(step.replicas))", "the controller does not start the instances of an External workload: leave replicas out");

    public static readonly CelRule RatioReaches = new(
        $"self.traffic.router != 'ReplicaRatio' || (self.workload.kind == 'Deployment' && self.strategy.steps.all(step, step.weight <= {KubernetesRules.MaxRatioPercent}.0 && !has(step.replicas)))",
        $"ReplicaRatio is for Deployments, with weights up to {KubernetesRules.MaxRatioPercent} (stable keeps all its pods) and without replicas; promotion follows the last step");

    public static readonly CelRule IngressesAreOfDeployments = new(
        "self.traffic.router != 'IngressNginx' || self.workload.kind == 'Deployment'",
        "IngressNginx is for Deployments: your Ingress leads to one Service, and stays as it is when External versions change roles");

    public static readonly CelRule ConsulIsOfDeployments = new(
        "self.traffic.router != 'Consul' || (self.workload.kind == 'Deployment' && has(self.service) && has(self.traffic.consul) && self.traffic.consul.service == self.service.name)",
        "Consul is for Deployments here, whose pods consul-k8s registers under their Service's name: write consul: {service: NAME} with the name of service");

    public static readonly CelRule OnKubernetes = new(
        "!(self.router in ['Gateway', 'HAProxy'])", "this router is for plain hosts: on Kubernetes write the mesh or gateway of the cluster, like GatewayAPI or Istio, or ReplicaRatio");

    /// <summary>One list of all sections, because a rule has to name each: the router and its section go together.</summary>
    public static readonly CelRule RouterHasRoutes = new(
        "(self.router == 'GatewayAPI') == has(self.gatewayAPI) && (self.router == 'Istio') == has(self.istio) && (self.router == 'Linkerd') == has(self.linkerd) && (self.router == 'SMI') == has(self.smi)"
        + " && (self.router == 'Traefik') == has(self.traefik) && (self.router == 'Contour') == has(self.contour)"
        + " && (self.router == 'IngressNginx') == has(self.ingressNginx)"
        + " && (self.router == 'Gateway') == has(self.gateway) && (self.router == 'Consul') == has(self.consul) && (self.router == 'HAProxy') == has(self.haproxy)",
        "a router needs the section of its own name, and no other router's: gatewayAPI for GatewayAPI");

    public static readonly CelRule SubsetsStay = new(
        "has(self.destinationRule) == has(oldSelf.destinationRule) && (!has(self.destinationRule) || (self.destinationRule.name == oldSelf.destinationRule.name"
        + " && self.destinationRule.stable == oldSelf.destinationRule.stable && self.destinationRule.canary == oldSelf.destinationRule.canary))",
        "the subsets that a rollout leads stay; to lead others, delete this rollout and create one of another name");

    public static readonly CelRule NamedRoutesStay = new(
        "has(self.routes) == has(oldSelf.routes) && (!has(self.routes) || oldSelf.routes.all(name, name in self.routes))",
        "the http routes that a rollout leads stay (more may be added to a list that is there); to lead others, delete this rollout and create one of another name");

    /// <summary>At least one object is named, and those that were named stay.</summary>
    public static CelRule[] RoutesStay(params string[] lists) =>
    [
        new(string.Join(" || ", lists.Select(list => $"(has(self.{list}) && size(self.{list}) > 0)")), $"name at least one object: write {lists[0]}: [{{name: NAME}}]"),
        .. lists.Select(list => new CelRule(
            $"!has(oldSelf.{list}) || oldSelf.{list}.all(old, has(self.{list}) && self.{list}.exists(now, now.name == old.name))",
            $"the {list} that a rollout leads stay (more may be added); to lead others, delete this rollout and create one of another name")),
    ];

    /// <summary><c>multipleOf: 0.01</c> would say it, but API servers (1.26 at least) divide by zero when they check a whole number by it. int() may cut or round.</summary>
    public static readonly CelRule WeightInHundredths = new(
        "[self * 100.0 - double(int(self * 100.0))].all(rest, (rest > -0.000001 && rest < 0.000001) || rest < -0.999999 || rest > 0.999999)", "write percent in multiples of 0.01");

    /// <summary>CEL has no loop with an index, and a sorted copy of the weights is estimated beyond the budget: the indices are written out.</summary>
    public static readonly CelRule WeightsNeverFall = new(
        $"[{string.Join(", ", Enumerable.Range(0, MaxSteps - 1))}].all(i, i + 1 >= size(self) || self[i].weight <= self[i + 1].weight)", "weights never fall from step to step");

    public static readonly CelRule MirrorsAtZero = new("!has(self.mirror) || !self.mirror || self.weight == 0.0", "beside a weight the canary would get its own requests once more: mirror in a step with weight: 0");

    public static readonly CelRule ServiceRouterStays = new(
        "!has(oldSelf.serviceRouter) || !oldSelf.serviceRouter || (has(self.serviceRouter) && self.serviceRouter)",
        "the ServiceRouter that a rollout leads stays; to leave it, delete this rollout and create one of another name");

    public static readonly CelRule GateHasPlace = new(
        "has(self.url) != has(self.channel) && (!has(self.channel) || (!has(self.secret) && !has(self.format)))", "a gate has a url or a channel; a channel has its own secret and format");

    public static readonly CelRule RollbackIsNotWaitedFor = new(
        "self.when != 'Rollback' || (!has(self.deadline) && !has(self.onRefusal))", "a gate that may demand the rollback is not waited for: leave deadline and onRefusal out");

    public static readonly CelRule OneDestination = new("has(self.slack) != has(self.webhook)", "a channel leads to one place: write slack or webhook");

    public static readonly CelRule BuiltinOrQuery = new(
        "[has(self.builtin), has(self.query), has(self.template)].filter(is, is).size() == 1", "a metric is built in or has a query: write one of builtin, query and template");

    public static readonly CelRule SomethingIsAsked = new(
        "has(self.threshold) || (has(self.compare) && has(self.builtin) && self.builtin == 'RequestSuccessRate')", "nothing is asked of the metric: write a threshold");

    public static readonly CelRule CommandNeverChanges = new("self == oldSelf", "a command never changes: create another one");

    public static readonly CelRule ApprovalNeverChanges = new("self == oldSelf", "an approval never changes: create another one");

    public static readonly CelRule FreezeHasOneForm = new(
        "[has(self.start) || has(self.end), has(self.cron) && has(self.duration), has(self.dates) && size(self.dates) > 0].filter(is, is).size() == 1 && has(self.cron) == has(self.duration)",
        "a freeze has one form: write start and end, or cron and duration, or dates");

    public static readonly CelRule FreezeEnds = new("!has(self.start) || !has(self.end) || self.start < self.end", "the freeze ends before it begins: write a moment after start");

    public static readonly CelRule BreakGlassHasReason = new("self.action != 'BreakGlass' || (has(self.reason) && size(self.reason) > 0)", "BreakGlass needs a reason, which stays in the audit trail");

    public static readonly CelRule StartHasRevision = new("self.action != 'Start' || has(self.revision)", "Start needs the new revision");

    public static readonly CelRule NoStep = new("!has(self.step) || !(self.action in ['Start', 'Undo'])", "Start and Undo do not depend on a step: leave step out");

    public static readonly CelRule NoTarget = new("!has(self.expectedTarget) || self.action == 'Start'", "only Start compares the target: leave expectedTarget out");
}

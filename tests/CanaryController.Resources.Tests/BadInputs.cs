using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

/// <summary>A mistake: an edit of a good text.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Good">The good text.</param>
/// <param name="Old">What is edited.</param>
/// <param name="New">What stands there instead.</param>
/// <param name="Read">What is said of a text.</param>
internal sealed record BadInput(string Name, string Good, string Old, string New, Func<string, IReadOnlyList<FieldProblem>> Read)
{
    /// <summary>The whole text.</summary>
    public string Text => Good.Replace(Old, New, StringComparison.Ordinal);
}

/// <summary>Mistakes that people make. What is said of them stands in BadInputs.txt.</summary>
internal static class BadInputs
{
    private const string Step = "- {weight: 10, hold: 5m}";
    private const string Metric = "{name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}}";
    private const string Workload = "{kind: External, versions: {stable: v1, canary: v2}}";
    private const string Traffic = "{router: Gateway, gateway: {route: shop}}";
    private const string Kind = "kind: Rollout";
    private const string Version = "canarycontroller.io/v1alpha1";
    private const string Name = "name: shop";
    private const string Last = "    metrics:\n";

    public static IEnumerable<BadInput> All { get; } =
    [
        .. Standalone.Select(edit => new BadInput(edit.Name, ExampleFiles.Read("minimal.yaml"), edit.Old, edit.New, text => RolloutReader.Read(text, null).Problems)),
        .. KubernetesBadInputs.Rollouts.Select(edit => new BadInput(edit.Name, KubernetesBadInputs.Rollout, edit.Old, edit.New, text => RolloutReader.Read(text, null, RolloutRules.Kubernetes).Problems)),
        .. KubernetesBadInputs.Commands.Select(edit => new BadInput(edit.Name, KubernetesBadInputs.Command, edit.Old, edit.New, text => RolloutCommandReader.Read(text, null).Problems)),
    ];

    /// <summary>Edits of the minimal example.</summary>
    private static IEnumerable<(string Name, string Old, string New)> Standalone =>
    [
        ("another API version", Version, "canarycontroller.io/v1"),
        ("no API version", $"apiVersion: {Version}\n", ""),
        ("another kind", Kind, "kind: Deployment"),
        ("kind in small letters", Kind, "kind: rollout"),
        ("a name that is no DNS label", Name, "name: Shop_1"),
        ("a name that is a number", Name, "name: 123"),
        ("a name that is a boolean", Name, "name: on"),
        ("no name", $"  {Name}\n", "  labels: {a: b}\n"),
        ("labels that are no text", Name, $"{Name}\n  labels: {{a: 1, b: yes, c: \"1\", d: {{}}, e: }}"),
        ("an empty section", Name, $"{Name}\n  labels:"),
        ("a tab", "  name", "\tname"),
        ("an unclosed bracket", Traffic, "{router: Gateway, gateway: {route: shop}"),
        ("a missing colon", "  strategy:", "  strategy"),
        ("an anchor", Traffic, "&t " + Traffic),
        ("a tag", "route: shop", "route: !!str shop"),
        ("a merge key", Traffic, "{<<: {router: Gateway}, gateway: {route: shop}}"),
        ("a field that stands twice", "route: shop", "route: shop, route: other"),
        ("an unknown field", "route: shop", "route: shop, weight: 5"),
        ("a misspelt field", "router:", "ruoter:"),
        ("a misspelt section", "threshold:", "treshold:"),
        ("status of another tool", "spec:", "status: {phase: Idle}\nspec:"),
        ("text where a map belongs", Traffic, "Gateway"),
        ("a map where a list belongs", "    steps:\n    " + Step, "    steps: {weight: 10}"),
        ("a list where a value belongs", "weight: 10", "weight: [10]"),
        ("a router of a later version", "router: Gateway", "router: Kuma"),
        ("a router that there is not", "router: Gateway", "router: Gatway"),
        ("a router without its route", Traffic, "{router: Gateway}"),
        ("no router", Traffic, "{gateway: {route: shop}}"),
        ("a Deployment", Workload, "{kind: Deployment, name: shop}"),
        ("a Deployment with versions", Workload, "{kind: Deployment, versions: {stable: v1}}"),
        ("External with a name", Workload, "{kind: External, name: shop, versions: {stable: v1}}"),
        ("External without versions", Workload, "{kind: External}"),
        ("a version that reads as a number", "stable: v1", "stable: 1.10"),
        ("a version with a space", "stable: v1", "stable: 'v 1'"),
        ("no steps", "    steps:\n    " + Step, "    steps: []"),
        ("weights that fall", Step, $"{Step}\n    - {{weight: 5}}\n    - {{weight: 7.5}}"),
        ("a weight with a percent sign", "weight: 10", "weight: 10%"),
        ("a weight in quotes", "weight: 10", "weight: \"10\""),
        ("a weight above 100", "weight: 10", "weight: 101"),
        ("a weight below 0", "weight: 10", "weight: -1"),
        ("a weight too fine", "weight: 10", "weight: 0.005"),
        ("weights as ratios", Step, "- {weight: 0.1, hold: 5m}\n    - {weight: 0.5, hold: 5m}"),
        ("a weight in octal", "weight: 10", "weight: 010"),
        ("a weight that is huge", "weight: 10", "weight: 1e400"),
        ("no weight", "weight: 10, ", ""),
        ("a duration in words", "hold: 5m", "hold: 5 min"),
        ("a duration without unit", "hold: 5m", "hold: 300"),
        ("a duration in days", "hold: 5m", "hold: 1d"),
        ("a duration as a clock", "hold: 5m", "hold: 00:05:00"),
        ("a duration in fractions", "hold: 5m", "hold: 1.5h"),
        ("a duration that is none", "hold: 5m", "hold: soon"),
        ("a duration beyond the limit", "hold: 5m", "hold: 1000h"),
        ("a negative duration", "hold: 5m", "hold: -5m"),
        ("a count that is not whole", "hold: 5m", "minRequests: 10.5"),
        ("a count with a separator", "hold: 5m", "minRequests: 1_000"),
        ("requests at weight 0", "weight: 10, hold: 5m", "weight: 0, minRequests: 5"),
        ("replicas of External", "hold: 5m", "replicas: 30%"),
        ("replicas that are none", "hold: 5m", "replicas: 30 %"),
        ("a boolean in words", "hold: 5m", "mirror: yes"),
        ("a mirror", "hold: 5m", "mirror: true"),
        ("gates", "hold: 5m", "gates: [{name: load, when: During, url: 'https://a.example'}, {name: load, when: Rollback, channel: pager}]"),
        ("gates without a place", "hold: 5m", "gates: [{name: load, when: Before}, {name: a, when: Always, url: 'https://a.example'}, {name: b, url: 'https://a.example', channel: c}]"),
        ("gates that say too much", "hold: 5m", "gates: [{name: load, when: Rollback, channel: c, format: Flagger, deadline: 1m, onRefusal: Hold}, {name: b, when: BeforePromotion, url: 'https://ann:pw@a.example/?token=t'}]"),
        ("gates of another form", "hold: 5m", "gates: [load]"),
        ("approval channels", "hold: 5m", "approval: {name: sre, channels: [slack, slack]}"),
        ("approvers: nobody", "hold: 5m", "approval: {name: sre, approvers: {users: []}}"),
        ("approvers: too few for the quorum", "hold: 5m", "approval: {name: sre, required: 3, approvers: {users: [ann, ben]}}"),
        ("approvers: ids and names", "hold: 5m", "approval: {name: sre, approvers: {slackUsers: [ann], slackGroups: [U012AB3CD], users: ['', ann, ann], people: [{name: cat}, {name: cat, user: cat}]}}"),
        ("approvers: unknown fields", "hold: 5m", "approval: {name: sre, allowAuthor: no, approvers: {emails: [ann@example.com]}}"),
        ("approval out of range", "hold: 5m", "approval: {name: sre, required: 0, onTimeout: Fail}"),
        ("an empty match", "hold: 5m", "match: {}"),
        ("a match that cannot be", "hold: 5m", "match: {headers: [{name: 'a b', value: x}], cookies: [{name: c, value: 'a;b'}, {name: d}]}"),
        ("no metrics", $"  analysis:\n    metrics:\n    - {Metric}\n", ""),
        ("a success rate as a ratio", "min: 99", "min: 0.99"),
        ("a success rate of everything", "min: 99", "min: 100"),
        ("a success rate with a sign", "min: 99", "min: 99%"),
        ("a success rate with a maximum", "min: 99", "max: 99"),
        ("a success rate as a duration", "min: 99", "min: 99ms"),
        ("an empty threshold", "{min: 99}", "{}"),
        ("no threshold", ", threshold: {min: 99}", ""),
        ("two metrics of one name", Metric, $"{Metric}\n    - {Metric}"),
        ("a latency without unit", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 500}}"),
        ("a latency with a minimum", Metric, "{name: p, builtin: RequestDuration, threshold: {min: 5ms}}"),
        ("a latency compared without a limit", Metric, "{name: p, builtin: RequestDuration, compare: {to: Stable}}"),
        ("a latency beyond the histogram", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 20s}}"),
        ("a latency below the histogram", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 1ms}}"),
        ("a latency between two buckets", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 80ms}}"),
        ("a quantile in percent", Metric, "{name: p, builtin: RequestDuration, quantile: 99, threshold: {max: 5ms}}"),
        ("a quantile of a success rate", "threshold", "quantile: 0.9, threshold"),
        ("a metric that is nothing", Metric, "{name: p, threshold: {min: 5}}"),
        ("a metric that is both", Metric, "{name: p, builtin: RequestSuccessRate, query: 'a{{version}}', threshold: {min: 5}}"),
        ("a query that names no version", Metric, "{name: q, query: 'up', threshold: {min: 1}}"),
        ("a query with an unknown variable", Metric, "{name: q, query: 'x{v=\"{{ canary }}\"} + {{', threshold: {min: 1}}"),
        ("a query with min above max", Metric, "{name: q, query: 'a{{version}}', threshold: {min: 5, max: 3}}"),
        ("a query compared", Metric, "{name: q, query: 'a{{version}}', threshold: {min: 5}, compare: {to: Stable}}"),
        ("a query with a duration", Metric, "{name: q, query: 'a{{version}}', interval: 100ms, failureLimit: -1, threshold: {max: 500ms}}"),
        ("a built-in metric with a failure limit", "threshold", "interval: 5s, failureLimit: 3, threshold"),
        ("a tolerance below 1", "threshold", "compare: {to: Stable, tolerate: 0.9}, threshold"),
        ("a comparison with nothing", "threshold", "compare: {tolerate: 1.5}, threshold"),
        ("a false alarm rate of 0", Last, $"    falseAlarmRate: 0\n{Last}"),
        ("a false alarm rate as a ratio text", Last, $"    falseAlarmRate: 25\n{Last}"),
        ("a source that counts on Kubernetes", Last, $"    source: Istio\n{Last}"),
        ("a misspelt source", Last, $"    source: Traefic\n{Last}"),
        ("a source without a histogram", Last, $"    source: HAProxy\n{Last}    - {{name: latency, builtin: RequestDuration, threshold: {{max: 500ms}}}}\n"),
        ("a source whose names are not known", Last, $"    source: Traefik\n{Last}"),
        ("names for the product's own gateway", Last, $"    sourceNames: {{stable: a, canary: b}}\n{Last}"),
        ("labels that cannot be, and one of no use", Last, $"    source: Consul\n    sourceLabels: {{pod: pod, version: a-b, service: le}}\n{Last}"),
        ("names that mean another version after a promotion", Last, $"    source: Envoy\n    sourceNames: {{stable: checkout-v1}}\n{Last}"),
        ("a view of a source with one end", Last, $"    source: Consul\n    sourceView: Server\n{Last}"),
        ("a policy in the wrong case", Last, $"    onNoData: hold\n    onHoldLimit: Promote\n    holdLimit: 0s\n{Last}"),
        ("a weight far above 100 with a sign", "weight: 10", "weight: 150%"),
        ("a weight that begins with its point", "weight: 10", "weight: .5"),
        ("a weight with more digits than a decimal", "weight: 10", "weight: 10.00000000000000000000000000001"),
        ("a weight too small for a decimal", "weight: 10", "weight: 1e-400"),
        ("a weight without a value", "weight: 10", "weight: "),
        ("steps without a value", "    steps:\n    " + Step, "    steps:"),
        ("a name without a value", Name, "name:"),
        ("a limit without a value", "min: 99", "min: "),
        ("a duration of ISO 8601", "hold: 5m", "hold: PT1H30M"),
        ("a duration with a sign", "hold: 5m", "hold: +5m"),
        ("a limit of nothing without a unit", Last, $"    holdLimit: 0\n{Last}"),
        ("a count with commas", "- {weight: 10, hold: 5m}", "- weight: 10\n      minRequests: 1,000"),
        ("a count beyond 64 bits", "hold: 5m", "minRequests: 99999999999999999999"),
        ("half an approval", "hold: 5m", "approval: {name: sre, required: 0.5}"),
        ("a port by its name", "  traffic:", "  service: {name: shop, port: http}\n  traffic:"),
        ("replicas below nothing", "hold: 5m", "replicas: -5%"),
        ("half a pod", "hold: 5m", "replicas: 3.5"),
        ("a share of replicas that is not whole", "hold: 5m", "replicas: 30.5%"),
        ("a success rate of 1 percent", "min: 99", "min: 1"),
        ("a success rate of a ten thousandth", "min: 99", "min: 0.01"),
        ("a success rate as a ratio with a sign", "min: 99", "min: 0.99%"),
        ("a tolerance in percent", "threshold", "compare: {to: Stable, tolerate: 120%}, threshold"),
        ("a tolerance with its x", "threshold", "compare: {to: Stable, tolerate: 1.5x}, threshold"),
        ("a quantile with a sign", Metric, "{name: p, builtin: RequestDuration, quantile: 99%, threshold: {max: 500ms}}"),
        ("a quantile by its name", Metric, "{name: p, builtin: RequestDuration, quantile: p99.9, threshold: {max: 500ms}}"),
        ("a latency of nothing", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 0s}}"),
        ("a latency of an hour", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 1h}}"),
        ("a latency in percent", Metric, "{name: p, builtin: RequestDuration, threshold: {max: 99%}}"),
        ("a query that is a number", Metric, "{name: q, query: 5, threshold: {min: 1}}"),
        ("a query without quotes in one line", Metric, "{name: q, query: sum(a{v=\"{{ version }}\"}), threshold: {min: 1}}"),
        ("metrics as a map", $"    - {Metric}", "      success-rate: {builtin: RequestSuccessRate, threshold: {min: 99}}"),
        ("a template that was not filled in", Name, "name: {{ .Values.name }}"),
        ("a directive", $"apiVersion: {Version}", $"%TAG ! tag:example.org,2026:\n---\napiVersion: {Version}"),
        ("everything at once", Workload, "{kind: external, progressDeadline: 10 min, versions: {stable: 1.10}}\n  service: {name: '', port: 0}"),
    ];
}

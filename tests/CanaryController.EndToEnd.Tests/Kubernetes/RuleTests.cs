using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using YamlDotNet.Serialization;

namespace CanaryController.EndToEnd.Tests.Kubernetes;

/// <summary>The rules in CEL of our CustomResourceDefinitions, where something evaluates them.</summary>
public sealed partial class RuleTests(Cluster cluster)
{
    [Fact]
    public async Task Every_rule_of_the_definitions_refuses_an_object_that_breaks_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var stage = await cluster.StageAsync(cancellation);
        Assert.SkipWhen(stage.IsStub, $"the stub evaluates no CEL: name a real cluster in {KubeStage.Variable}");
        var ns = await stage.NewHomeAsync(cancellation);
        HashSet<string> broken = [];
        foreach (var (kind, spec, change) in RuleBreakers.All)
        {
            broken.UnionWith(Complaints(kind, await BreakAsync(stage.Client, ns, kind, spec, change, cancellation)));
        }

        var missing = Rules().Where(rule => !broken.Any(complaint => complaint.StartsWith(rule.At, StringComparison.Ordinal) && complaint.EndsWith(rule.Message, StringComparison.Ordinal))).ToList();
        Assert.True(missing.Count == 0, $"No object broke:\n{string.Join('\n', missing)}\nIt was said:\n{string.Join('\n', broken.Order(StringComparer.Ordinal))}");
    }

    [Fact]
    public async Task No_rule_refuses_what_the_routers_take()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var stage = await cluster.StageAsync(cancellation);
        Assert.SkipWhen(stage.IsStub, $"the stub evaluates no CEL: name a real cluster in {KubeStage.Variable}");
        var ns = await stage.NewHomeAsync(cancellation);
        foreach (var spec in RuleBreakers.Good)
        {
            (await stage.Client.CreateAsync(KubeKind.Rollout, ns, Body(KubeKind.Rollout, spec), cancellation)).Done();
        }
    }

    /// <summary>Creates it, and changes it; what a change begins with has to be taken.</summary>
    private static async Task<KubeAnswer> BreakAsync(KubeClient client, string ns, KubeKind kind, JsonObject spec, JsonObject? change, CancellationToken cancellation)
    {
        var answer = await client.CreateAsync(kind, kind.IsNamespaced ? ns : null, Body(kind, spec), cancellation);
        if (change is not null)
        {
            answer = await client.MergeAsync(kind, ns, answer.Done().Name(), new JsonObject { ["spec"] = change }, cancellation);
        }

        Assert.False(answer.IsDone, $"{kind} {spec.ToJsonString()} {change?.ToJsonString()} was taken");
        return answer;
    }

    private static JsonObject Body(KubeKind kind, JsonObject spec) =>
        new() { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["generateName"] = "rule-" }, ["spec"] = spec };

    private static IEnumerable<string> Complaints(KubeKind kind, KubeAnswer answer) =>
        answer.Body.Items("details", "causes").Select(cause => $"{kind} {Index().Replace(cause.Text("field") ?? "", "[]")}: {cause.Text("message")}");

    private static IEnumerable<(string At, string Message)> Rules()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml").Order(StringComparer.Ordinal))
        {
            var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(File.ReadAllText(file));
            var definition = (JsonObject)JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(yaml))!;
            foreach (var version in definition.Items("spec", "versions"))
            {
                foreach (var rule in Rules((JsonObject)version.At("schema", "openAPIV3Schema")!, $"{definition.Text("spec", "names", "kind")} "))
                {
                    yield return rule;
                }
            }
        }
    }

    private static IEnumerable<(string At, string Message)> Rules(JsonObject schema, string path)
    {
        foreach (var rule in schema.Items("x-kubernetes-validations"))
        {
            yield return ($"{path}:", rule.Text("message")!);
        }

        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            foreach (var rule in Rules((JsonObject)property!, path.EndsWith(' ') ? path + name : $"{path}.{name}"))
            {
                yield return rule;
            }
        }

        foreach (var rule in schema["items"] is JsonObject items ? Rules(items, $"{path}[]") : [])
        {
            yield return rule;
        }
    }

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Index();
}

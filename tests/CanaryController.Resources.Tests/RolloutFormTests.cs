using System.Text.Json;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>A rollout whose spec is known but for its names is read as if it were the first.</summary>
public sealed class RolloutFormTests
{
    private static readonly string _forty = new('a', 40);

    private static readonly Gen<string> _plain = Gen.OneOf("a", "shop", "shop-1", "n", "shop-stable", "shop-canary", _forty, "name", "1");

    private static readonly Gen<string> _odd = Gen.OneOf(
        _forty + "b", new('c', 56), new('d', 57), new('e', 63), new('f', 64), "", "-a", "a-", "A", "a.b", "a b", "a_b", "\\u0061", "\u00e9");

    /// <summary>Mostly plain ones, so that most texts are of a form that is known soon.</summary>
    private static readonly Gen<string> _name = Gen.OneOf(_plain, _plain, _plain, _plain, _plain, _odd);

    private static readonly Gen<string> _plan = Gen.OneOf(
        """ "strategy": {"steps": [{"weight": 5, "hold": "5m"}, {"weight": 50}]}, "analysis": {"source": "Gateway", "metrics": [{"name": "success-rate", "builtin": "RequestSuccessRate", "threshold": {"min": 99}}]}""",
        """ "strategy": {"steps": [{"weight": 5, "approval": {"name": "shop"}}]}""",
        """ "strategy": {"steps": [{"weight": 50, "hold": "5m"}, {"weight": 5}]}""",
        """ "strategy": {"steps": []}, "name": "shop" """,
        """ "strategy": {"steps": [{"weight": 5, "holt": "5m"}], "name": "shop"}""");

    private static readonly Gen<string> _router = Gen.OneOf("GatewayAPI", "GatewayAPI", "ReplicaRatio", "Gateway");

    private static readonly Gen<string> _item = Gen.Select(_name, Gen.OneOf("shop", "", "A", "default"), _name, _name, Gen.Select(_name, _name, Gen.Int[0, 6]), Gen.Select(_plan, _router, Gen.Int[0, 12]), Item);

    [Fact]
    public void It_is_read_as_if_it_were_the_first() => _item.Sample(Check, iter: 3_000);

    [Fact]
    public void Rollouts_that_differ_by_their_names_alone_share_what_they_ask_for()
    {
        var (one, other) = (Read(Plain("one")), Read(Plain("other")));

        Assert.NotNull(one.Resource);
        Assert.Same(one.Resource.Spec.Strategy, other.Resource!.Spec.Strategy);
        Assert.Same(one.Resource.Spec.Analysis, other.Resource.Spec.Analysis);
        Assert.Same(one.Spec, other.Spec);
        Assert.Equal(("other", "other-deployment", "other-service", "other-route"), Names(other.Resource));
        Assert.Equal(("one", "one-deployment", "one-service", "one-route"), Names(one.Resource));
    }

    [Fact]
    public void A_text_with_errors_is_never_known()
    {
        var faulty = Plain("one").Replace("5m", "5 minutes", StringComparison.Ordinal);

        Assert.Equal(Read(faulty).Problems, Read(faulty).Problems);
        Assert.NotEmpty(Read(faulty.Replace("one", "other", StringComparison.Ordinal)).Problems);
        Assert.Null(Read(faulty).Resource);
    }

    private static (string Rollout, string? Deployment, string? Service, string? Route) Names(Rollout rollout) =>
        (rollout.Metadata.Name, rollout.Spec.Workload.Name, rollout.Spec.Service?.Name, rollout.Spec.Traffic.GatewayApi?.HttpRoutes[0].Name);

    private static string Plain(string name) => Item(
        name, "shop", $"{name}-deployment", $"{name}-service", ($"{name}-route", "", 0),
        (""" "strategy": {"steps": [{"weight": 7, "hold": "5m"}]}, "analysis": {"source": "Gateway", "metrics": [{"name": "success-rate", "builtin": "RequestSuccessRate", "threshold": {"min": 98}}]}""", "GatewayAPI", 0));

    /// <summary>An object with these names, and now and then something unusual.</summary>
    private static string Item(string name, string ns, string workload, string service, (string First, string Second, int Way) routes, (string Plan, string Router, int Way) rest)
    {
        var listed = routes.Way switch { 0 or 1 or 2 => $$"""{"name": "{{routes.First}}"}""", 3 => $$"""{"name": "{{routes.First}}"}, {"name": "{{routes.Second}}"}""", 4 => "", 5 => "{}", _ => $$"""{"name": "{{routes.First}}", "name": "{{routes.Second}}"}""" };
        var traffic = $$""" "traffic": {"router": "{{rest.Router}}"{{(rest.Router == "GatewayAPI" ? $$""", "gatewayAPI": {"httpRoutes": [{{listed}}]}""" : "")}}}""";
        var owner = $$""" "workload": {"kind": "Deployment", "name": "{{workload}}"{{(rest.Way == 1 ? $$""", "name": "{{service}}" """ : "")}}}""";
        var served = rest.Way == 2 ? "" : $$""" "service": {"name": "{{service}}", "port": 80},""";
        var kind = rest.Way switch { 3 => "", 4 => """ "kind": "Rollout",""", 5 => """ "apiVersion": "canarycontroller.io/v1", "kind": "Rollout",""", _ => """ "apiVersion": "canarycontroller.io/v1alpha1", "kind": "Rollout",""" };
        var metadata = rest.Way == 6 ? $$""" "name": "{{name}}", "name": "{{service}}" """ : rest.Way == 7 ? "" : $$""" "name": "{{name}}" """;
        var more = rest.Way == 8 ? """, "more": 1""" : rest.Way == 9 ? """, "status": {"phase": "Idle"}""" : "";
        return $$"""{{{kind}} "metadata": {{{metadata}}{{(metadata.Length > 0 ? "," : "")}} "namespace": "{{ns}}", "uid": "u"}, "spec": {{{owner}}, {{served}} {{traffic}}, {{rest.Plan}}}{{more}}}""";
    }

    private static ServedRollout Read(string json)
    {
        using var item = JsonDocument.Parse(json);
        return ServedRollout.Read(item.RootElement);
    }

    private static void Check(string json)
    {
        var served = Read(json);
        Assert.Equal(served.Resource, Read(json).Resource);

        // One without a kind is an item of a list: it is read as if it had one.
        var whole = json.Contains("\"kind\": \"Rollout\"", StringComparison.Ordinal) ? json : "{\"apiVersion\":\"canarycontroller.io/v1alpha1\",\"kind\":\"Rollout\"," + json[1..];
        var read = RolloutReader.ReadServerObject(whole);
        var errors = read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error).Select(problem => (problem.Path, problem.Message, problem.Fix, problem.Value)).ToList();
        Assert.Equal(errors, served.Problems.Select(problem => (problem.Path, problem.Message, problem.Fix, problem.Value)));
        var expected = errors.Count == 0 ? read.Documents.Single().Resource : null;
        Assert.Equal(expected, served.Resource);
        Assert.Equal(expected is null ? null : RolloutSpecMapper.ToSpec(expected), served.Spec);
    }
}

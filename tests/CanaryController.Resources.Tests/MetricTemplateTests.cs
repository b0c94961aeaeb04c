using CanaryController.Core.Analysis;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;
using CsCheck;

namespace CanaryController.Resources.Tests;

public sealed class MetricTemplateTests
{
    private const string Orders = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: MetricTemplate
        metadata: {name: orders, namespace: shop}
        spec:
          description: Orders a second
          args:
          - {name: topic}
          - {name: window, type: Duration, default: 1m}
          - {name: factor, type: Number, default: "1"}
          - {name: metric, type: Identifier, default: orders_total}
          query: '{{ args.factor }} * sum(rate({{ args.metric }}{version="{{ version }}",topic="{{ args.topic }}"}[{{ args.window }}]))'
        """;

    [Fact]
    public void A_template_and_arguments_make_a_query_whose_variables_stay()
    {
        var template = Read(Orders);
        Assert.Equal(
            ("""1 * sum(rate(orders_total{version="{{ version }}",topic="paid"}[5m]))""", null),
            MetricTemplateFill.Query(Reference(("topic", "paid"), ("window", "5m")), template));
    }

    [Fact]
    public void No_text_of_an_argument_leaves_its_string() => Gen.String[Gen.Char[' ', 'ÿ'], 0, 40].Where(text => !text.Any(char.IsControl) && !text.Contains("{{", StringComparison.Ordinal)).Sample(text =>
    {
        var (query, problem) = MetricTemplateFill.Query(Reference(("topic", text)), Read(Orders));
        Assert.Null(problem);
        const string Before = "topic=\"";
        var at = query!.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        Assert.Equal(text, Unescape(query, ref at));
        Assert.Equal("\"}[1m]))", query[at..]);
    });

    [Theory]
    [InlineData("orders # don't count these\n+ up{topic={{ args.topic }}} # it's the topic", false)]
    [InlineData("orders # say \"\r+ {{ args.topic }} # \"", false)]
    [InlineData("orders # {{ args.topic }}", false)]
    [InlineData("orders{a=\"#\",topic=\"{{ args.topic }}\"}", true)]
    [InlineData("orders # don't\n+ up{topic=\"{{ args.topic }}\"}", true)]
    public void A_quote_in_a_comment_is_none(string query, bool isWell)
    {
        var template = new MetricTemplateSpec { Query = query, Args = [new() { Name = "topic" }] };
        var (filled, problem) = MetricTemplateFill.Query(Reference(("topic", "a) or vector(1) or (b")), template);
        Assert.Equal(isWell, filled is not null);
        Assert.Equal(isWell, problem is null);
    }

    [Theory]
    [InlineData("topic", "a{{ version }}", "holds {{")]
    [InlineData("window", "5m])) or vector(1", "is not a duration")]
    [InlineData("factor", "1 or vector(1)", "is not a number")]
    [InlineData("metric", "up{a=\"b\"}", "is not a name")]
    [InlineData("color", "red", "it has no argument color; there are topic, window, factor, metric")]
    public void What_does_not_fit_is_said_and_makes_no_query(string name, string value, string problem)
    {
        var (query, said) = MetricTemplateFill.Query(name == "topic" ? Reference((name, value)) : Reference(("topic", "x"), (name, value)), Read(Orders));
        Assert.Null(query);
        Assert.Contains(problem, said, StringComparison.Ordinal);
        Assert.StartsWith("MetricTemplate orders: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_without_a_default_has_to_be_given() =>
        Assert.Equal((null, "MetricTemplate orders: its argument topic has no default and is not given."), MetricTemplateFill.Query(Reference(), Read(Orders)));

    [Theory]
    [InlineData("query: 'sum(up{a=\"{{ args.b }}\"})'", "spec.query: the query names a variable args.b that there is not")]
    [InlineData("args: [{name: a}]\n  query: 'sum({{ args.a }})'", "spec.query: an argument of type String stands outside quotes")]
    [InlineData("args: [{name: a}]\n  query: 'sum(up{x=`{{ args.a }}`})'", "spec.query: an argument of type String stands outside quotes, or between back quotes")]
    [InlineData("args: [{name: 1a}]\n  query: up", "spec.args[0].name: 1a is not an argument's name")]
    [InlineData("args: [{name: a, type: Number, default: many}]\n  query: up", "spec.args[0].default: the default is not a number")]
    [InlineData("args: [{name: a}, {name: a}]\n  query: up", "spec.args[1]: the argument a stands twice")]
    [InlineData("description: x", "spec.query: the field is required")]
    [InlineData("query: up\n  colour: red", "spec.colour:")]
    public void A_broken_template_is_named_with_its_place(string spec, string problem)
    {
        var read = MetricTemplateReader.Read($"apiVersion: canarycontroller.io/v1alpha1\nkind: ClusterMetricTemplate\nmetadata: {{name: a}}\nspec:\n  {spec}\n", "a.yaml");
        Assert.Contains(read.Problems, each => $"{each.Path}: {each.Message}".StartsWith(problem, StringComparison.Ordinal) && each.Line > 0);
        Assert.True(Assert.Single(read.Documents).HasErrors);
    }

    [Fact]
    public void A_rollout_and_its_template_fit_in_one_file_and_lint_tells_when_they_do_not()
    {
        Assert.Empty(Check(Orders, Metric("{name: orders, args: [{name: topic, value: paid}]}")));
        Assert.Equal(["Error MetricTemplate orders: its argument topic has no default and is not given"], Check(Orders, Metric("{name: orders}")));
        Assert.Equal(["Warning there is no MetricTemplate returns among these files"], Check(Orders, Metric("{name: returns}")));
        Assert.Equal(["Warning there is no ClusterMetricTemplate orders among these files"], Check(Orders, Metric("{name: orders, kind: ClusterMetricTemplate}")));
    }

    [Fact]
    public void The_examples_fit_together()
    {
        var text = string.Join("\n---\n", ((string[])["templates.yaml", "rollout.yaml"]).Select(file => File.ReadAllText(Path.Combine(ExampleFiles.Root, "examples", "metric-templates", file))));
        Assert.Equal(2, MetricTemplateReader.Read(text, null).Documents.Count);
        Assert.Empty(Check(text, Metric("{name: orders, args: [{name: topic, value: paid}]}")));
    }

    [Fact]
    public void A_metric_is_built_in_or_has_one_query() => Assert.Contains(
        RolloutReader.Read(Rollout("{name: m, query: 'up{v=\"{{ version }}\"}', template: {name: orders}, threshold: {min: 1}}"), "a.yaml").Problems,
        problem => problem.Path == "spec.analysis.metrics[0].template");

    private static string[] Check(string template, string rollout)
    {
        var text = $"{template}\n---\n{rollout}";
        var (read, templates) = (RolloutReader.Read(text, "a.yaml", RolloutRules.ByRouter), MetricTemplateReader.Read(text, "a.yaml"));
        Assert.Empty(read.Problems.Concat(templates.Problems));
        return [.. TemplateSetRules.Check(read.Documents, templates.Documents).Select(problem => $"{problem.Severity} {problem.Message}")];
    }

    private static string Metric(string template) => Rollout($"{{name: m, template: {template}, threshold: {{min: 1}}}}");

    private static string Rollout(string metric) => $$"""
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: shop, namespace: shop}
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2} }
          service: {name: shop}
          traffic: {router: Gateway, gateway: {route: shop} }
          strategy: {steps: [{weight: 5, hold: 1m}, {weight: 100, hold: 1m}] }
          analysis: {metrics: [{{metric}}] }
        """;

    private static MetricTemplateSpec Read(string text) => Assert.Single(MetricTemplateReader.Read(text, null).Documents).Resource.Spec;

    private static MetricTemplateReference Reference(params (string Name, string Value)[] args) => new("orders", IsCluster: false, [.. args.Select(arg => new TemplateArgument(arg.Name, arg.Value))]);

    /// <summary>As PromQL reads a string between double quotes, up to and without its end.</summary>
    private static string Unescape(string query, ref int at)
    {
        var text = new System.Text.StringBuilder();
        for (; query[at] != '"'; at++)
        {
            text.Append(query[at] == '\\' ? query[++at] : query[at]);
        }

        return text.ToString();
    }
}

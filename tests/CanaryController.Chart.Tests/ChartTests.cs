using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CanaryController.Manager.Hosting;

namespace CanaryController.Chart.Tests;

/// <summary>What the chart renders, by the real Helm 3 and 4.</summary>
public sealed partial class ChartTests
{
    /// <summary>The values files of <c>Values/</c>; the first is the chart's own.</summary>
    public static readonly string[] AllValues = ["", "namespaced", "cert-manager", "without-admission", "everything"];

    public static TheoryData<int, string> Renderings => [.. from major in (int[])[3, 4] from values in AllValues select (major, values)];

    [Theory]
    [MemberData(nameof(Renderings))]
    public void Nothing_is_wrong_with_it(int major, string values)
    {
        var answer = Helm.Lint(major, values);

        Assert.True(answer.ExitCode == 0, answer.Output + answer.Error);
        Assert.DoesNotContain("[WARNING]", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Generates", "files")]
    public void The_default_rendering_was_reviewed()
    {
        var text = Helm.Template(4, "", "--kube-version", "1.35.0", "--set", "crds.install=false").Text;

        Assert.Equal(Reviewed.Text("tests/CanaryController.Chart.Tests/Snapshots/default.yaml", text), text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("namespaced")]
    [InlineData("cert-manager")]
    [InlineData("everything")]
    public void Both_versions_of_Helm_render_the_same(string values) => Assert.Equal(
        Helm.Template(3, values, "--kube-version", "1.35.0").Objects.Select(each => each.Json.ToJsonString()).Order(StringComparer.Ordinal),
        Helm.Template(4, values, "--kube-version", "1.35.0").Objects.Select(each => each.Json.ToJsonString()).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("replica=3", "replica")]
    [InlineData("replicas=0", "replicas")]
    [InlineData("hold=Never", "hold")]
    [InlineData("prometheus.url=prometheus:9090", "url")]
    [InlineData("admission.certManager.issuer.nam=x", "nam")]
    [InlineData("kubernetes.requestTimeout=10", "requestTimeout")]
    [InlineData("namespaces[0]=Shop", "namespaces")]
    [InlineData("api.tokens[0].name=ci", "sha256")]
    [InlineData("terminationGracePeriodSeconds=5", "terminationGracePeriodSeconds")]
    [InlineData("image.repository=", "repository")]
    public void A_wrong_value_is_refused_by_its_name(string set, string named)
    {
        foreach (var major in (int[])[3, 4])
        {
            var answer = Helm.Template(major, "", "--set", set);

            Assert.NotEqual(0, answer.ExitCode);
            Assert.Contains(named, answer.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Tokens_come_from_one_place(int major)
    {
        var answer = Helm.Template(major, "without-admission", "--set", "api.tokensSecret=more");

        Assert.NotEqual(0, answer.ExitCode);
        Assert.Contains("set one of them", answer.Error, StringComparison.Ordinal);
    }

    /// <summary>The schema allows what values.yaml has, and nothing that stands nowhere in it; each value has a comment before it, or before the map that it is in.</summary>
    [Fact]
    public void Values_and_schema_have_the_same_keys()
    {
        var values = (JsonObject)KubeObject.ReadOne(File.ReadAllText(Path.Combine(Folders.Chart, "values.yaml")))!;
        var schema = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Folders.Chart, "values.schema.json")))!;

        Assert.Equal(Keys(schema["properties"]!).Except(["global"]).Order(StringComparer.Ordinal), Keys(values).Order(StringComparer.Ordinal));
        Assert.Equal("http://json-schema.org/draft-07/schema#", (string?)schema["$schema"]);
        foreach (var section in values.Where(each => each.Value is JsonObject { Count: > 0 } && schema["properties"]![each.Key]!["properties"] is not null))
        {
            Assert.Equal(Keys(schema["properties"]![section.Key]!["properties"]!).Order(StringComparer.Ordinal), Keys(section.Value!).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public void The_manager_accepts_the_configuration(int major, string values)
    {
        var config = Helm.Template(major, values).Objects.First(each => each.Kind == "ConfigMap").Json["data"]!["canary-controller.yaml"];
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, (string)config!);
            // Tokens of a Secret come as environment.
            Dictionary<string, string?> environment = values == "everything"
                ? new() { ["CANARY__API__TOKENS__0__NAME"] = "ci", ["CANARY__API__TOKENS__0__SHA256"] = new string('a', 64), ["CANARY__API__TOKENS__0__ROLES__0"] = "view" }
                : [];

            Assert.Empty(ManagerOptionsReader.Read(file, environment).Problems);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void CRDs_come_with_the_release_and_stay_when_it_goes(int major)
    {
        var rendered = Helm.Template(major, "").Objects.Where(each => each.Kind == "CustomResourceDefinition").ToList();
        var files = Directory.EnumerateFiles(Path.Combine(Folders.Chart, "files", "crds")).Select(file => Assert.Single(KubeObject.Read(File.ReadAllText(file)))).ToList();

        Assert.Equal(files.Count, rendered.Count);
        Assert.All(rendered, crd => Assert.Equal("keep", crd.Annotation("helm.sh/resource-policy")));
        Assert.All(files, file => Assert.True(JsonNode.DeepEquals(file.Json["spec"], rendered.Single(crd => crd.Name == file.Name).Json["spec"])));
        Assert.DoesNotContain(Helm.Template(major, "namespaced").Objects, each => each.Kind == "CustomResourceDefinition");
    }

    [Theory]
    [MemberData(nameof(Helm.Majors), MemberType = typeof(Helm))]
    public void Alerts_ask_for_metrics_that_exist(int major)
    {
        var rules = (JsonArray)Helm.Template(major, "everything").Objects.One("PrometheusRule", "cc").Json["spec"]!["groups"]![0]!["rules"]!;
        var code = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Folders.Root, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var metrics = rules.SelectMany(rule => Metric().Matches((string)rule!["expr"]!)).Select(match => match.Value).Distinct(StringComparer.Ordinal).ToList();

        Assert.Equal(7, rules.Count);
        Assert.All(metrics, metric => Assert.Contains($"\"{metric}\"", code, StringComparison.Ordinal));
        Assert.All(rules, rule => Assert.Equal("platform", (string?)rule!["labels"]!["team"]));
        Assert.DoesNotContain(rules, rule => (string?)rule!["alert"] == "CanaryWaitsForPeople");
    }

    private static IEnumerable<string> Keys(JsonNode map) => ((JsonObject)map).Select(each => each.Key);

    [GeneratedRegex("canary_[a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex Metric();
}

using System.Text;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

public sealed class LimitTests
{
    private static readonly string _minimal = ExampleFiles.Read("minimal.yaml");

    [Fact]
    public void A_text_beyond_the_limit_is_not_read()
    {
        var read = RolloutReader.Read(_minimal + new string('#', RolloutReader.MaxCharacters), "big.yaml");
        Assert.Empty(read.Documents);
        Assert.Equal(
            $"big.yaml:1:1: the text has {_minimal.Length + RolloutReader.MaxCharacters} characters; 1048576 are read at most. Fix: split it into several files.",
            ProblemText.Format(Assert.Single(read.Problems)));
    }

    [Fact]
    public void A_hundred_documents_are_read_and_no_more()
    {
        var documents = Enumerable.Range(0, 101).Select(number => "---\n" + _minimal.Replace("shop", $"shop-{number}", StringComparison.Ordinal)).ToList();
        Assert.Equal(100, RolloutReader.Read(string.Concat(documents.Take(100)), null).Documents.Count);
        var read = RolloutReader.Read(string.Concat(documents), "many.yaml");
        Assert.Equal(100, read.Documents.Count);
        Assert.Contains("more than 100 documents", Assert.Single(read.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a: ", 100_000)]
    [InlineData("- ", 100_000)]
    [InlineData("? ", 100_000)]
    [InlineData("{\"a\":", 100_000)]
    [InlineData("&a [", 100_000)]
    [InlineData("*a ", 100_000)]
    [InlineData("!", 500_000)]
    [InlineData("'", 500_001)]
    [InlineData("a:\n", 300_000)]
    [InlineData("a: 1\n", 200_000)]
    [InlineData("---\n", 200_000)]
    [InlineData("\t\n", 500_000)]
    [InlineData(" ", 1_000_000)]
    public void A_hostile_text_costs_no_more_than_an_answer(string part, int times)
    {
        var read = RolloutReader.Read(new StringBuilder().Insert(0, part, times).ToString(), null);
        Assert.Empty(read.Documents);
        Assert.NotEmpty(read.Problems);
        Assert.True(read.Problems.Count <= RolloutReader.MaxProblems + 1);
    }

    [Fact]
    public void An_alias_bomb_is_refused_at_its_first_anchor()
    {
        var bomb = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n";
        Assert.Equal("1:4: an anchor (&a) is not read here. Fix: leave it out, and write the value out at each place.", ProblemText.Format(Assert.Single(RolloutReader.Read(bomb, null).Problems)));
    }

    [Fact]
    public void A_syntax_error_costs_one_document_only()
    {
        var text = _minimal + "---\nkind: [\n---\n" + _minimal.Replace("shop", "other", StringComparison.Ordinal);
        var read = RolloutReader.Read(text, "three.yaml");
        Assert.Equal(["shop", "other"], read.Documents.Select(document => document.Key.Name));
        var broken = Assert.Single(read.Problems);
        Assert.Equal(_minimal.Split('\n').Length + 2, broken.Line);
    }

    [Fact]
    public void Places_count_over_documents_and_line_breaks()
    {
        var text = "\ufeff%YAML 1.2\r\n--- # first\r\n" + _minimal.ReplaceLineEndings("\r\n") + "...\r\n---\r\n" + _minimal.ReplaceLineEndings("\r\n").Replace("weight: 10", "weight: 101", StringComparison.Ordinal);
        var read = RolloutReader.Read(text, null);
        Assert.Single(read.Documents);
        var problem = Assert.Single(read.Problems);
        var lines = text.Split("\r\n");
        Assert.Equal("101", lines[problem.Line - 1][(problem.Column - 1)..][..3]);
    }

    [Fact]
    public void Places_in_json_count_characters()
    {
        var text = "{\"apiVersion\": \"canarycontroller.io/v1alpha1\",\n  \"metadata\": {\"name\": \"é中\",  \"x\": 1}, \"kind\": \"Rollout\", \"spec\": {}}";
        var problem = RolloutReader.Read(text, null).Problems.First(problem => problem.Path == "metadata.x");
        Assert.Equal("\"x\"", text.Split('\n')[problem.Line - 1][(problem.Column - 1)..][..3]);
    }

    [Fact]
    public void Names_and_routes_belong_to_one_rollout_each()
    {
        var documents = new[] { ("a.yaml", _minimal), ("b.yaml", _minimal), ("c.yaml", _minimal.Replace("name: shop", "name: other", StringComparison.Ordinal)) }
            .SelectMany(file => RolloutReader.Read(file.Item2, file.Item1).Documents);
        Assert.Equal(
            [
                "b.yaml:5:9: metadata.name: the rollout default/shop is there twice; the other one is in a.yaml:5. Fix: rename one, or remove it.",
                "c.yaml:8:47: spec.traffic.gateway.route: the route shop of gateway default belongs to the rollout default/shop already, in a.yaml:8. Fix: give each rollout its own route.",
            ],
            RolloutSetRules.Check(documents).Select(ProblemText.Format));
    }

    [Fact]
    public void Objects_of_one_namespace_belong_to_one_rollout_each()
    {
        var first = KubernetesBadInputs.Rollout;
        var external = first.Replace("kind: Deployment, name: shop", "kind: External, versions: {stable: b, canary: shop}", StringComparison.Ordinal).Replace("  service: {name: shop, port: 80}\n", "", StringComparison.Ordinal);
        var documents = new[]
        {
            ("a.yaml", first),
            ("b.yaml", first.Replace("  name: shop\n", "  name: other\n", StringComparison.Ordinal)),
            ("c.yaml", first.Replace("  name: shop\n", "  name: shop\n  namespace: elsewhere\n", StringComparison.Ordinal)),
            ("d.yaml", external.Replace("  name: shop\n", "  name: third\n", StringComparison.Ordinal).Replace("[{name: shop}]", "[{name: own}, {name: shop}]", StringComparison.Ordinal)),
        }.SelectMany(file => RolloutReader.Read(file.Item2, file.Item1, RolloutRules.ByRouter).Documents).ToList();
        Assert.Equal(4, documents.Count);
        Assert.Equal(
            [
                "b.yaml:6:38: spec.workload.name: the Deployment shop of namespace default belongs to the rollout default/shop already, in a.yaml:6. Fix: give each rollout its own Deployment.",
                "b.yaml:7:19: spec.service.name: the Service shop of namespace default belongs to the rollout default/shop already, in a.yaml:7. Fix: give each rollout its own Service.",
                "b.yaml:8:66: spec.traffic.gatewayAPI.httpRoutes[0].name: the HTTPRoute shop of namespace default belongs to the rollout default/shop already, in a.yaml:8. Fix: give each rollout its own HTTPRoute.",
                "d.yaml:6:60: spec.workload.versions.canary: the Service shop of namespace default belongs to the rollout default/shop already, in a.yaml:7. Fix: give each rollout its own Service.",
                "d.yaml:7:79: spec.traffic.gatewayAPI.httpRoutes[1].name: the HTTPRoute shop of namespace default belongs to the rollout default/shop already, in a.yaml:8. Fix: give each rollout its own HTTPRoute.",
            ],
            RolloutSetRules.Check(documents).Select(ProblemText.Format));
    }

    [Fact]
    public void A_document_with_errors_still_says_which_rollout_it_is()
    {
        var read = RolloutReader.Read(_minimal.Replace("weight: 10", "weight: ten", StringComparison.Ordinal), null);
        Assert.Empty(read.Documents);
        Assert.Equal(new RolloutKey("default", "shop"), Assert.Single(read.Invalid).Key);
    }
}

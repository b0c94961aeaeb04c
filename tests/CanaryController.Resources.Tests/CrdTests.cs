using System.Text.Json;
using System.Text.RegularExpressions;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Crds;
using CanaryController.Resources.Rollouts;
using CsCheck;
using YamlDotNet.RepresentationModel;

namespace CanaryController.Resources.Tests;

/// <summary>The definitions that the chart installs accept what our readers accept, and drop nothing that they read.</summary>
public sealed class CrdTests
{
    private static readonly IReadOnlyList<CrdDefinition> _all = CrdDefinition.All(Documentation());

    public static TheoryData<string> Kinds => [.. _all.Select(definition => definition.Kind)];

    [Theory]
    [Trait("Generates", "files")]
    [MemberData(nameof(Kinds))]
    public void The_charts_definition_is_the_one_of_the_types(string kind)
    {
        var path = Path.Combine(ExampleFiles.Root, "charts", "canary-controller", "files", "crds", Of(kind).FileName);
        var actual = Of(kind).ToYaml();
        if (Environment.GetEnvironmentVariable("CANARY_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.True(File.Exists(path), $"{path} is missing; ./build.sh generate writes it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_definition_is_one_yaml_document(string kind)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Of(kind).ToYaml()));
        Assert.Equal($"{Of(kind).Plural}.canarycontroller.io", Assert.Single(yaml.Documents).RootNode["metadata"]["name"]);
    }

    [Fact]
    public void The_definition_accepts_what_the_reader_accepts_and_drops_nothing() => Generated.OnKubernetes.Sample(
        rollout => Assert.Empty(Complaints("Rollout", "spec", RolloutJson.Write(rollout))),
        iter: 300);

    [Fact]
    public void The_definition_accepts_each_valid_command() => Generated.Commands.Sample(
        command => Assert.Empty(Complaints("RolloutCommand", "spec", RolloutStatusJson.Write(command))),
        iter: 300);

    [Fact]
    public void The_definition_keeps_each_status_as_it_was_written() => GeneratedStatus.Statuses.Sample(
        status => Assert.Empty(Complaints("Rollout", "status", $"{{\"status\": {RolloutStatusJson.Write(status)}}}")),
        iter: 200);

    [Fact]
    public void The_definition_keeps_the_outcome_of_each_command() => Assert.All(
        Enum.GetValues<CommandStatus>(),
        outcome => Assert.Empty(Complaints("RolloutCommand", "status", RolloutStatusJson.Write(new RolloutCommandResource
        {
            Status = RolloutCommandStatus.Of(new CommandResult(outcome, "done"), "alice", DateTimeOffset.UnixEpoch),
        }))));

    [Theory]
    [InlineData("\"weight\": 10", "\"weight\": 101", ".strategy.steps[0].weight: 101")]
    [InlineData("\"weight\": 10", "\"weight\": \"10\"", ".strategy.steps[0].weight: text")]
    [InlineData("\"weight\": 10,", "", ".strategy.steps[0].weight: missing")]
    [InlineData("\"hold\": \"5m\"", "\"hold\": \"5 min\"", ".strategy.steps[0].hold: 5 min has not the form ^([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,15}ms)?$")]
    [InlineData("\"hold\": \"5m\"", "\"hold\": \"\"", ".strategy.steps[0].hold: 0 characters")]
    [InlineData("\"hold\": \"5m\"", "\"replicas\": \"0%\"", ".strategy.steps[0].replicas: 0% has not the form ^0*([1-9][0-9]?|100)%$")]
    [InlineData("\"hold\": \"5m\"", "\"replicas\": 0", ".strategy.steps[0].replicas: 0")]
    [InlineData("\"min\": 99", "\"min\": \"99%\"", ".analysis.metrics[0].threshold.min: 99% has not the form ^([0-9]{1,12}h)?([0-9]{1,12}m)?([0-9]{1,12}s)?([0-9]{1,15}ms)?$")]
    [InlineData("\"kind\": \"Deployment\"", "\"kind\": \"StatefulSet\"", ".workload.kind: StatefulSet is none of the enum")]
    [InlineData("\"port\": 80", "\"port\": 80.5", ".service.port: a number")]
    [InlineData("\"httpRoutes\"", "\"routes\"", ".traffic.gatewayAPI.routes: dropped")]
    public void The_definition_refuses_a_mistake_at_its_place(string old, string changed, string complaint)
    {
        var good = Regex.Replace(RolloutJson.Write(Reading.RolloutReader.Read(KubernetesBadInputs.Rollout, null, Rules.RolloutRules.Kubernetes).Documents[0].Resource), @"\s*\n\s*", " ", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.Empty(Complaints("Rollout", "spec", good));
        Assert.Contains(old, good, StringComparison.Ordinal);
        Assert.Equal(complaint, Complaints("Rollout", "spec", good.Replace(old, changed, StringComparison.Ordinal)).First());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_field_is_described_in_words_of_the_resource(string kind) => Assert.All(
        Fields(Of(kind).Schema, kind),
        field =>
        {
            Assert.True(field.Schema.Description.Length > 0 || field.Path.EndsWith("metadata", StringComparison.Ordinal) || field.Path.EndsWith("metadata.name", StringComparison.Ordinal), field.Path);
            Assert.DoesNotContain("Required.", field.Schema.Description, StringComparison.Ordinal);
            Assert.DoesNotMatch("CanaryController\\.|Section\\b|Core\\b|\\bnull\\b|[a-z]\\(\\)", field.Schema.Description);
        });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_list_and_text_of_a_spec_is_bounded_so_that_rules_over_it_are_cheap(string kind) => Assert.All(
        Fields(Of(kind).Schema.Find("spec")!.Schema, kind),
        field => Assert.True(
            field.Schema switch
            {
                { Type: "array" } list => list.MaxItems is not null && list.ListType is not null,
                { Type: "string" } text => text.MaxLength is not null || text.Enum.Count > 0,
                _ => true,
            },
            field.Path));

    [Fact]
    public void Forms_are_the_same_to_the_definition_and_to_the_reader() => Gen.String[Gen.Char["abzAZ019-_.%hms "], 0, 70].Sample(text =>
    {
        Assert.Equal(Rules.Names.IsDnsLabel(text), Fits(text, typeof(WorkloadSection), "name"));
        Assert.Equal(Rules.Names.IsDnsSubdomain(text), Fits(text, typeof(RouteSection), "name"));
        Assert.Equal(Rules.Names.IsVersion(text), Fits(text, typeof(RolloutCommandSpec), "revision"));
        Assert.True(!DurationText.TryParse(text, out _) || Fits(text, typeof(StepSection), "hold"));
    });

    private static bool Fits(string text, Type owner, string name)
    {
        var path = (owner.Name, name) switch
        {
            (nameof(WorkloadSection), _) => "Rollout.spec.workload.name",
            (nameof(RouteSection), _) => "Rollout.spec.traffic.gatewayAPI.httpRoutes[].name",
            (nameof(RolloutCommandSpec), _) => "RolloutCommand.spec.revision",
            _ => "Rollout.spec.strategy.steps[].hold",
        };
        var schema = Fields(Of(path.Split('.')[0]).Schema, path.Split('.')[0]).Single(field => field.Path == path).Schema;
        return !SchemaChecker.Check(schema, JsonSerializer.SerializeToElement(text)).Any();
    }

    private static List<string> Complaints(string kind, string part, string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. SchemaChecker.Check(Of(kind).Schema.Find(part)!.Schema, document.RootElement.GetProperty(part))];
    }

    private static IEnumerable<(string Path, Schema Schema)> Fields(Schema schema, string path) =>
        schema.Fields.SelectMany(field => Fields(field.Schema, $"{path}.{field.Name}").Prepend(($"{path}.{field.Name}", field.Schema)))
            .Concat(schema.Items is { } items ? Fields(items, $"{path}[]") : []);

    private static CrdDefinition Of(string kind) => _all.Single(definition => definition.Kind == kind);

    private static XmlDocs Documentation() =>
        new(new[] { "CanaryController.Core.xml", "CanaryController.Resources.xml" }.Select(file => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file))));
}

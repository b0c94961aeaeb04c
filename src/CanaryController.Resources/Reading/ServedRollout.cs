using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>A Rollout as the API server gives it: what is in force, what is wrong with the present text, and what the controller wrote last.</summary>
public sealed record ServedRollout
{
    /// <summary>Names it.</summary>
    public required RolloutKey Key { get; init; }

    /// <summary>Rises with each change of the spec, from 1.</summary>
    public long Generation { get; init; }

    /// <summary><c>metadata.resourceVersion</c> as a number; it changes with each write.</summary>
    public long Version { get; init; }

    /// <summary>What is in force: the present text when it is valid, otherwise what the status keeps; null when it keeps nothing.</summary>
    public Rollout? Resource { get; init; }

    /// <summary>The same in Core's words; null when <see cref="Resource"/> is.</summary>
    public RolloutSpec? Spec { get; init; }

    /// <summary>What could be read of a present text that has errors: its names tell at a deletion where something may be left, and nothing else is ever done by them. Null when it has none.</summary>
    public Rollout? Broken { get; init; }

    /// <summary>The errors of the present text; empty when it is valid.</summary>
    public required IReadOnlyList<FieldProblem> Problems { get; init; }

    /// <summary>What the controller wrote last; null before the first write, and when it cannot be read.</summary>
    public RolloutStatus? Status { get; init; }

    /// <summary>Why what stands in the status cannot be read, in one sentence; null when it can.</summary>
    public string? StatusProblem { get; init; }

    /// <summary>Reads an object of the API server. It never throws for what stands in one.</summary>
    public static ServedRollout Read(JsonElement item)
    {
        var (status, problem) = ReadStatus(item);
        var read = Text(item, status);
        var metadata = item.TryGetProperty("metadata", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        return new()
        {
            Key = new(Text(metadata, "namespace") ?? "", Text(metadata, "name") ?? ""),
            Generation = Member(metadata, "generation") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var generation) ? generation : 0,
            Version = ToNumber(Text(metadata, "resourceVersion") ?? ""),
            Resource = read.Resource,
            Spec = read.Spec,
            Broken = read.Broken,
            Problems = read.Problems,
            Status = Shared(status, read.Spec),
            StatusProblem = problem,
        };
    }

    /// <summary>The steps that a revision started with are mostly those that are asked for now: they are kept once.</summary>
    private static RolloutStatus? Shared(RolloutStatus? status, RolloutSpec? spec) =>
        status?.State is { Plan.IsEmpty: false } state && spec is not null && state.Plan == spec.Steps ? status with { State = state with { Plan = spec.Steps } } : status;

    private static TextRead Text(JsonElement item, RolloutStatus? status)
    {
        var hasForm = FormText.TryRead(item, out var form);
        if (hasForm && RolloutForms.Find(form.Text.Span) is { } known)
        {
            return new(known.Named(form.Names), known.Spec, null, []);
        }

        var read = RolloutReader.ReadServerObject(Written(item));
        IReadOnlyList<FieldProblem> errors = [.. read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error)];
        var resource = errors.Count == 0 ? Only(read) : status?.InForce is { } text ? Only(RolloutReader.Read(text, null, RolloutRules.Kubernetes)) : null;
        var spec = resource is null ? null : RolloutSpecMapper.ToSpec(resource);
        if (hasForm && errors.Count == 0 && spec is not null)
        {
            RolloutForms.Keep(form.Text.Span, resource!, spec);
        }

        return new(resource, spec, errors.Count > 0 && read.Invalid is [var broken] ? broken.Resource : null, errors);
    }

    /// <summary>A resourceVersion is a number on every server there is; where it is none, any fixed number of its text serves, since it is only compared for equality.</summary>
    public static long ToNumber(string resourceVersion) =>
        long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(resourceVersion)));

    /// <summary>
    /// What people wrote of it, with apiVersion and kind, which the items of a list need not carry. The status and the server's own metadata are nine tenths of an object and would be
    /// dropped after reading: see <see cref="RolloutReader.ReadServerObject"/>.
    /// </summary>
    private static string Written(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return item.GetRawText();
        }

        var text = new StringBuilder("{", 2048);
        if (Member(item, "kind") is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"apiVersion\":\"{Rollout.ApiVersionText}\",\"kind\":\"{Rollout.KindText}\",");
        }

        foreach (var member in item.EnumerateObject().Where(member => member.Name != "status"))
        {
            var value = member is { Name: "metadata", Value.ValueKind: JsonValueKind.Object } ? Named(member.Value) : member.Value.GetRawText();
            text.Append(CultureInfo.InvariantCulture, $"{JsonSerializer.Serialize(member.Name, RolloutStatusJson.Default.String)}:{value},");
        }

        text.Length -= text[^1] == ',' ? 1 : 0;
        return text.Append('}').ToString();
    }

    private static string Named(JsonElement metadata) =>
        $"{{{string.Join(',', metadata.EnumerateObject().Where(member => member.Name is "name" or "namespace").Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"))}}}";

    private static Rollout? Only(ReadResult read) => read.Documents is [var document] ? document.Resource : null;

    private static (RolloutStatus? Status, string? Problem) ReadStatus(JsonElement item)
    {
        if (!item.TryGetProperty("status", out var status) || status.ValueKind != JsonValueKind.Object || !status.EnumerateObject().Any())
        {
            return (null, null);
        }

        try
        {
            return (RolloutStatusJson.Read(status), null);
        }
        catch (JsonException wrong)
        {
            return (null, $"The status cannot be read: {wrong.Message}");
        }
    }

    private static string? Text(JsonElement from, string member) => Member(from, member) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Member(JsonElement from, string member) => from.ValueKind == JsonValueKind.Object && from.TryGetProperty(member, out var value) ? value : null;

    /// <summary>What came of the present text.</summary>
    /// <param name="Resource">What is in force.</param>
    /// <param name="Spec">The same in Core's words.</param>
    /// <param name="Broken">What could be read of one with errors.</param>
    /// <param name="Problems">Its errors.</param>
    private readonly record struct TextRead(Rollout? Resource, RolloutSpec? Spec, Rollout? Broken, IReadOnlyList<FieldProblem> Problems);
}

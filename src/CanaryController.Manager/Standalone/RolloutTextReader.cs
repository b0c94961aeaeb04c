using CanaryController.Core.Approvals;
using CanaryController.Manager.Approvals;
using CanaryController.Manager.Traffic;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Standalone;

/// <summary>Reads files with the same reader and rules as <c>canaryctl lint</c>.</summary>
internal sealed class RolloutTextReader : IRolloutTextReader
{
    /// <inheritdoc/>
    public FileReading Read(string file, string text)
    {
        var read = RolloutReader.Read(text, file, RolloutRules.Standalone);
        IReadOnlyList<FieldProblem> errors = [.. read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error)];
        var valid = read.Documents.Select(document => new ReadDocument(document.Key, Content(document), []));
        var invalid = read.Invalid.Select(document => new ReadDocument(document.Key, null, errors));
        var templates = MetricTemplateReader.Read(text, file);
        var channels = NotificationChannelReader.Read(text, file);
        var freezes = FreezeWindowReader.Read(text, file);
        return new(file, [.. valid, .. invalid], [.. read.Problems, .. templates.Problems, .. channels.Problems, .. freezes.Problems])
        {
            Templates = [.. templates.Documents.Where(template => !template.HasErrors).Select(template => template.Resource)],
            Channels = [.. channels.Documents.Where(channel => !channel.HasErrors).Select(channel => channel.Resource)],
            Freezes = freezes.Documents,
            MayHoldFreeze = FreezeWindowReader.MayHold(text),
        };
    }

    private static ResourceContent Content(RolloutDocument document)
    {
        var traffic = document.Resource.Spec.Traffic;
        var route = PlainRoute.Of(traffic)!;
        return new(
            RolloutSpecMapper.ToSpec(document.Resource),
            RolloutSpecMapper.DeclaredRevision(document.Resource),
            new RouteTarget(route.Owner, route.Name!) { Router = traffic.Router!.Value })
        {
            Authors = AuthorNotes.Read(document.Resource.Metadata.Annotations.FirstOrDefault(pair => pair.Key == ApproverRules.AuthorAnnotation).Value),
            Terms = WindowTerms.Of(document.Resource),
        };
    }
}

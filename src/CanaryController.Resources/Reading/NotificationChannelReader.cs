using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>One channel of a file, read.</summary>
/// <param name="Resource">The channel; of one with errors what could be read, never to be used.</param>
/// <param name="HasErrors">It has errors.</param>
/// <param name="Places">Where its fields stand.</param>
/// <param name="File">The file, when it came from one.</param>
public sealed record NotificationChannelDocument(NotificationChannel Resource, bool HasErrors, FieldPlaces Places, string? File);

/// <summary>What became of a text with channels.</summary>
/// <param name="Documents">The channels whose name could be read, in order.</param>
/// <param name="Problems">All that is wrong in any document, in order; warnings among them.</param>
public sealed record NotificationChannelReadResult(IReadOnlyList<NotificationChannelDocument> Documents, IReadOnlyList<FieldProblem> Problems);

/// <summary>Reads NotificationChannels as strictly as <see cref="RolloutReader"/> reads Rollouts, which it passes over.</summary>
public static class NotificationChannelReader
{
    private static readonly NotificationChannelValidator _rules = new();
    private static readonly DocumentReader<NotificationChannel> _reader = new(
        NotificationChannel.KindText, NotificationChannelBinder.Channel, Check, [.. OtherKinds.Than(NotificationChannel.KindText)]);

    private static readonly string[] _keptOfServer = ["name", "namespace"];

    /// <summary>Reads all documents of <paramref name="text"/>.</summary>
    /// <param name="text">YAML or JSON; which of the two is told by the content.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static NotificationChannelReadResult Read(string text, string? file)
    {
        // A text that holds none of them is the business of whoever reads Rollouts, and so is what is wrong with a text as a whole.
        if (!text.Contains(NotificationChannel.KindText, StringComparison.Ordinal))
        {
            return new([], []);
        }

        var read = _reader.Read(text, file);
        return new(
            [.. read.Documents.Where(each => each.Resource.Metadata.Name.Length > 0).Select(each => new NotificationChannelDocument(each.Resource, each.HasErrors, each.Places, file))],
            [.. read.Problems.Where(problem => problem.Path is not ("" or "kind"))]);
    }

    /// <summary>Reads one object as the API server gives it.</summary>
    public static NotificationChannelReadResult ReadServerObject(string json)
    {
        var read = _reader.Read(json, null, root => ServerObject.Keep(root, _keptOfServer));
        return new([.. read.Documents.Select(each => new NotificationChannelDocument(each.Resource, each.HasErrors, each.Places, null))], read.Problems);
    }

    private static IEnumerable<(FieldProblem Problem, bool IsAbsence)> Check(NotificationChannel channel) =>
        _rules.Validate(channel).Errors.Select(failure => (failure.ToProblem(), string.Equals(failure.ErrorCode, RuleText.Absence, StringComparison.Ordinal)));
}

namespace CanaryController.Resources.Api;

/// <summary>One thing wrong in a document, a request or the configuration.</summary>
/// <param name="Path">The field, like <c>spec.strategy.steps[1].weight</c>.</param>
/// <param name="Value">What stands there, shortened; null when it is missing.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Fix">What to write instead; null when only the author can know.</param>
/// <param name="File">The file, when it came from one.</param>
/// <param name="Line">The line in it, from 1; 0 when not known.</param>
/// <param name="Column">The column in it, from 1; 0 when not known.</param>
/// <param name="Severity">Whether it is refused for it.</param>
public sealed record FieldProblem(
    string Path,
    string? Value,
    string Message,
    string? Fix,
    string? File = null,
    int Line = 0,
    int Column = 0,
    ProblemSeverity Severity = ProblemSeverity.Error);

/// <summary>Whether something is refused for a problem.</summary>
public enum ProblemSeverity
{
    /// <summary>It is refused.</summary>
    Error,

    /// <summary>It is taken, but probably not what was meant.</summary>
    Warning,
}

/// <summary>An error of the API: RFC 9457 problem details plus all that is wrong, field by field.</summary>
public sealed record ApiProblem
{
    /// <summary>A URI that names the kind of problem; <c>about:blank</c> when the status says all.</summary>
    public string Type { get; init; } = "about:blank";

    /// <summary>The kind in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened and what to do, in one or two sentences.</summary>
    public string? Detail { get; init; }

    /// <summary>All that is wrong, field by field.</summary>
    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];
}

using System.Globalization;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Api;

/// <summary>The query of a gate.</summary>
/// <param name="Question">What is asked.</param>
/// <param name="Wait">How long the answer may take; zero = at once.</param>
/// <param name="After">Answered when the sequence is another; null = only the goal counts.</param>
internal sealed record GateQuery(GateQuestion Question, TimeSpan Wait, long? After)
{
    /// <summary>How long one request may wait. Proxies on the way often cut a connection that is silent for longer.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private const int ShownChars = 40;
    private const int MaxUnknown = 10;
    private static readonly string[] _parameters = ["for", "revision", "wait", "after", "known"];

    /// <summary>Reads it. All that is wrong is told at once: an unknown parameter too, since a misspelt <c>revision</c> would be a condition that is silently not checked.</summary>
    /// <param name="query">The request's query.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static GateQuery Read(IQueryCollection query, ICollection<FieldProblem> problems)
    {
        foreach (var name in query.Keys.Where(name => !_parameters.Contains(name, StringComparer.Ordinal)).Take(MaxUnknown))
        {
            var fix = NearestName.Find(name, _parameters) is { } near ? $"write {near}" : $"one of {string.Join(", ", _parameters)}";
            problems.Add(new(Short(name), Short(query[name].ToString()), "There is no such parameter.", fix));
        }

        foreach (var name in _parameters.Where(name => query[name].Count > 1))
        {
            problems.Add(new(name, Short(query[name].ToString()), "It is given more than once.", "Give it once."));
        }

        var goal = Goal(query, problems);
        var revision = Revision(query, problems);
        var known = Given(query, "known") switch
        {
            null or "false" => false,
            "true" => true,
            var other => Wrong(problems, "known", other, "It is neither true nor false.", "Pass on what the answer before said, or leave it out.", false),
        };
        return new(new(goal, revision) { Known = known }, WaitOf(query, problems), AfterOf(query, problems));
    }

    private static GateGoal Goal(IQueryCollection query, ICollection<FieldProblem> problems)
    {
        var text = Given(query, "for");
        return GateGoals.Find(text) ?? Wrong(
            problems, "for", text, text is null ? "It must be said what is waited for." : "This cannot be waited for.", $"One of {string.Join(", ", GateGoals.Names)}.", GateGoal.Promoted);
    }

    private static string? Revision(IQueryCollection query, ICollection<FieldProblem> problems)
    {
        var text = Given(query, "revision");
        return text switch
        {
            null => null,
            { Length: 0 or > GateQuestion.MaxRevisionChars } =>
                Wrong(problems, "revision", text, $"1 to {GateQuestion.MaxRevisionChars} characters are expected, not {text.Length}.", "Name the revision, or the image as the pod template has it.", ""),
            _ when GateQuestion.IsRevision(text) => text,
            _ => Wrong(problems, "revision", text, "This is neither a revision's name nor an image.", $"For a revision {Names.VersionForm}; an image as the pod template has it, like registry.example/shop:2.0.", ""),
        };
    }

    private static TimeSpan WaitOf(IQueryCollection query, ICollection<FieldProblem> problems)
    {
        var text = Given(query, "wait");
        if (text is null)
        {
            return TimeSpan.Zero;
        }

        return DurationText.TryParse(text, out var wait) && wait <= MaxWait
            ? wait
            : Wrong(problems, "wait", text, "0s to 60s are expected.", DurationText.Guess(text) is { } guess && DurationText.TryParse(guess, out var meant) && meant <= MaxWait ? guess : "60s, and ask again", TimeSpan.Zero);
    }

    private static long? AfterOf(IQueryCollection query, ICollection<FieldProblem> problems)
    {
        var text = Given(query, "after");
        return text is null ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after
            : Wrong<long?>(problems, "after", text, "A whole number from 0 is expected.", "Pass on the sequence of the answer before, or leave it out.", null);
    }

    private static string? Given(IQueryCollection query, string name) => query.TryGetValue(name, out var values) ? values[0] ?? "" : null;

    private static T Wrong<T>(ICollection<FieldProblem> problems, string path, string? value, string message, string fix, T instead)
    {
        problems.Add(new(path, value is null ? null : Short(value), message, fix));
        return instead;
    }

    private static string Short(string value) => value.Length > ShownChars ? $"{value[..ShownChars]}…" : value;
}

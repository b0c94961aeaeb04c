using System.Globalization;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>The single values.</summary>
internal sealed partial class FieldReader
{
    /// <summary>Text; null when it is left out.</summary>
    public string? Text(string name) => Take(name) is { } node ? TextOf(PathOf(name), node) : null;

    /// <summary>One of an enum's names, spelt exactly; null when it is left out.</summary>
    /// <param name="name">The field.</param>
    /// <param name="later">Names that a later version will know.</param>
    public T? Choice<T>(string name, params ReadOnlySpan<string> later)
        where T : struct, Enum
    {
        if (Single(name, "one of " + string.Join(", ", Enum.GetNames<T>())) is not { } scalar)
        {
            return null;
        }

        var names = Enum.GetNames<T>();
        if (Array.IndexOf(names, scalar.Text) is >= 0 and var index)
        {
            return Enum.Parse<T>(names[index]);
        }

        var listed = string.Join(", ", names);
        if (later.Contains(scalar.Text))
        {
            _problems.Report(PathOf(name), scalar, $"{scalar.Show()} is not supported by this version yet; supported: {listed}", $"write {names[0]}");
            return null;
        }

        var meant = NearestName.Find(scalar.Text, names);
        _problems.Report(PathOf(name), scalar, $"{Named(scalar)} is not one of {listed}", meant is null ? $"write one of {listed}" : $"write {meant}");
        return null;
    }

    /// <summary>A number; null when it is left out.</summary>
    public decimal? Number(string name)
    {
        if (Single(name, "a number") is not { } scalar)
        {
            return null;
        }

        if (!scalar.Quoted && PlainScalar.TryNumber(scalar.Text, out var number))
        {
            return number;
        }

        var guess = PlainScalar.GuessNumber(scalar.Text);
        var quotes = scalar.Quoted && guess == scalar.Text;
        _problems.Report(PathOf(name), scalar, quotes ? $"a number is expected, and \"{scalar.Show()}\" in quotes is text" : $"{Named(scalar)} is not a number", guess is null ? "write a number like 5 or 0.25" : $"write {guess}");
        return null;
    }

    /// <summary>A whole number; null when it is left out.</summary>
    public long? Whole(string name)
    {
        if (Number(name) is not { } number)
        {
            return null;
        }

        if (decimal.Truncate(number) == number && number is >= long.MinValue and <= long.MaxValue)
        {
            return (long)number;
        }

        _problems.Report(PathOf(name), _fields[name], $"{_fields[name].Show()} is not a whole number", $"write {Math.Clamp(decimal.Round(number), long.MinValue, long.MaxValue):0}");
        return null;
    }

    /// <summary>A whole number that fits 32 bits; null when it is left out.</summary>
    public int? Count(string name) => Whole(name) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    /// <summary>A number that need not be exact; null when it is left out.</summary>
    public double? Ratio(string name) => Number(name) is null ? null : double.Parse(((ScalarNode)_fields[name]).Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>A duration; null when it is left out.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Single(name, "a duration like 5m") is not { } scalar)
        {
            return null;
        }

        if (DurationText.TryParse(scalar.Text, out var duration))
        {
            return duration;
        }

        _problems.Report(PathOf(name), scalar, ComplainOfDuration(scalar), FixDuration(scalar));
        return null;
    }

    /// <summary>A plain number or a duration; null when it is left out.</summary>
    public LimitText? Limit(string name)
    {
        if (Single(name, "a number or a duration") is not { } scalar)
        {
            return null;
        }

        if (!scalar.Quoted && PlainScalar.TryNumber(scalar.Text, out var number))
        {
            return LimitText.Of(number);
        }

        if (DurationText.TryParse(scalar.Text, out var duration))
        {
            return LimitText.Of(duration);
        }

        var fix = PlainScalar.GuessNumber(scalar.Text) ?? DurationText.Guess(scalar.Text);
        _problems.Report(PathOf(name), scalar, $"{Named(scalar)} is neither a number nor a duration", fix is null ? "write a number like 99, or a duration like 500ms" : $"write {fix}");
        return null;
    }

    /// <summary>Pods or a share; null when it is left out.</summary>
    public ReplicaText? Replicas(string name)
    {
        if (Single(name, "a number of pods or a share like 30%") is not { } scalar)
        {
            return null;
        }

        if (!scalar.Quoted && PlainScalar.TryNumber(scalar.Text, out var count) && decimal.Truncate(count) == count && count is >= int.MinValue and <= int.MaxValue)
        {
            return new ReplicaText((int)count, null);
        }

        if (ReplicaText.TryParseShare(scalar.Text) is { } share)
        {
            return share;
        }

        var fix = PlainScalar.GuessNumber(scalar.Text) is { } guess ? guess + (scalar.Text.Contains('%', StringComparison.Ordinal) ? "%" : "") : null;
        _problems.Report(PathOf(name), scalar, $"{Named(scalar)} is neither a number of pods nor a share", $"write {fix ?? "3 for pods or 30% for a share of stable's"}");
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>; null when it is left out.</summary>
    public bool? Boolean(string name)
    {
        if (Single(name, "true or false") is not { } scalar)
        {
            return null;
        }

        if (!scalar.Quoted && scalar.Text is "true" or "false")
        {
            return scalar.Text == "true";
        }

        _problems.Report(PathOf(name), scalar, $"{(scalar.Quoted ? $"\"{scalar.Show()}\" in quotes" : scalar.Show())} is not a boolean", $"write {PlainScalar.GuessBoolean(scalar.Text) ?? "true or false"}");
        return null;
    }

    private ScalarNode? Single(string name, string expected)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (node is ScalarNode scalar)
        {
            return scalar;
        }

        _problems.Report(PathOf(name), node, $"{expected} is expected, not {node.Describe()}", $"write {expected}");
        return null;
    }

    private string? TextOf(string path, Node node)
    {
        if (node is not ScalarNode scalar)
        {
            _problems.Report(path, node, $"text is expected, not {node.Describe()}", "write text");
            return null;
        }

        if (scalar.IsNull)
        {
            _problems.Report(path, scalar, "the field has no value", "write one, or leave the field out");
            return null;
        }

        if (!TextGuard.IsClean(scalar.Text))
        {
            _problems.Report(path, scalar, "the text holds a control character", "remove it");
            return null;
        }

        if (!scalar.Quoted && PlainScalar.MistakenFor(scalar.Text) is { } other)
        {
            _problems.Report(path, scalar, $"text is expected, and {scalar.Show()} without quotes is {other}", $"write \"{scalar.Show()}\"");
            return null;
        }

        return scalar.Text;
    }

    private static string ComplainOfDuration(ScalarNode scalar) =>
        PlainScalar.TryNumber(scalar.Text, out _) ? $"{scalar.Show()} has no unit" : $"{Named(scalar)} is not a duration";

    private static string FixDuration(ScalarNode scalar) =>
        PlainScalar.TryNumber(scalar.Text, out var number)
            ? number == 0 ? "write 0s" : decimal.Truncate(number) == number && number > 0 ? $"write {scalar.Show()}s for seconds or {scalar.Show()}m for minutes" : "write a whole number with its unit, like 500ms or 5m"
            : DurationText.Guess(scalar.Text) is { } guess ? $"write {guess}" : "write a whole number with its unit: ms, s, m or h, like 500ms, 5m or 1h30m";

    private static string Named(ScalarNode scalar) => scalar.Quoted ? $"\"{scalar.Show()}\"" : scalar.Show();
}

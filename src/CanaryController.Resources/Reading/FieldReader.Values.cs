using System.Globalization;
using CanaryController.Core;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Reading;

/// <summary>The single values.</summary>
internal sealed partial class FieldReader
{
    /// <summary>Text; null when it is left out.</summary>
    /// <param name="name">The field.</param>
    /// <param name="insteadOf">A field that is not asked for when this one is there, even if it cannot be read.</param>
    public string? Text(string name, string? insteadOf = null)
    {
        if (Take(name) is not { } node)
        {
            return null;
        }

        if (TextOf(PathOf(name), node) is { } text)
        {
            return text;
        }

        if (insteadOf is not null)
        {
            _problems.Excuse(PathOf(insteadOf));
        }

        return null;
    }

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

    /// <summary>A list of an enum's names, spelt exactly. What is none is reported, and left out.</summary>
    public EquatableArray<T> Choices<T>(string name)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        return
        [
            .. Items(name, (path, node) =>
            {
                if (TextOf(path, node) is not { } text)
                {
                    return default(T?);
                }

                if (Array.IndexOf(names, text) is >= 0 and var index)
                {
                    return Enum.Parse<T>(names[index]);
                }

                var meant = NearestName.Find(text, names);
                _problems.Report(path, node, $"{node.Show()} is not one of {string.Join(", ", names)}", meant is null ? $"write one of {string.Join(", ", names)}" : $"write {meant}");
                return null;
            }).OfType<T>(),
        ];
    }

    /// <summary>A number; null when it is left out. Its range is a rule's business; here it only keeps a fix from naming a number beyond it.</summary>
    public decimal? Number(string name, decimal least, decimal most, bool isRatio = false) => Number(name, least, most, isRatio, $"write a number from {least} to {most}");

    /// <summary>A whole number; null when it is left out.</summary>
    public long? Whole(string name, long least, long most)
    {
        if (Number(name, least, most, false, $"write a whole number from {least} to {most}") is not { } number)
        {
            return null;
        }

        if (decimal.Truncate(number) == number && number is >= long.MinValue and <= long.MaxValue)
        {
            return (long)number;
        }

        var isWhole = decimal.Truncate(number) == number;
        _problems.Report(
            PathOf(name),
            _fields[name],
            $"{_fields[name].Show()} is {(isWhole ? "out of range" : "not a whole number")}",
            isWhole ? $"write a whole number from {least} to {most}" : $"write {Math.Clamp(decimal.Round(number), least, most):0}");
        return null;
    }

    /// <summary>A whole number that fits 32 bits; null when it is left out.</summary>
    public int? Count(string name, int least, int most) => Whole(name, least, most) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    /// <summary>A ratio that need not be exact; null when it is left out.</summary>
    public double? Ratio(string name, decimal least, decimal most) =>
        Number(name, least, most, isRatio: true) is null ? null : double.Parse(((ScalarNode)_fields[name]).Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>A duration; null when it is left out.</summary>
    /// <param name="name">The field.</param>
    /// <param name="mayBeZero">Whether a fix may name none at all.</param>
    public TimeSpan? Duration(string name, bool mayBeZero = true)
    {
        if (Single(name, "a duration like 5m") is not { } scalar)
        {
            return null;
        }

        if (DurationText.TryParse(scalar.Text, out var duration))
        {
            return duration;
        }

        _problems.Report(PathOf(name), scalar, ComplainOfDuration(scalar), FixDuration(scalar, mayBeZero));
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

        // What a percent sign stood for is plain for a success rate only.
        var isPercent = scalar.Text.Contains('%', StringComparison.Ordinal);
        var fix = PlainScalar.GuessNumber(scalar.Text) is { } guess && (!isPercent || (name == "min" && PlainScalar.TryNumber(guess, out var percent) && percent is > 1 and < 100))
            ? guess
            : DurationText.Guess(scalar.Text);
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

        var isShare = scalar.Text.Contains('%', StringComparison.Ordinal);
        var fix = PlainScalar.GuessNumber(scalar.Text) is { } guess && int.TryParse(guess, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= (isShare ? 100 : 10_000)
            ? guess + (isShare ? "%" : "")
            : null;
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

    private decimal? Number(string name, decimal least, decimal most, bool isRatio, string otherwise)
    {
        if (Single(name, "a number") is not { } scalar)
        {
            return null;
        }

        if (!scalar.Quoted && PlainScalar.TryNumber(scalar.Text, out var number))
        {
            return number;
        }

        var guess = isRatio ? PlainScalar.GuessRatio(scalar.Text) : PlainScalar.GuessNumber(scalar.Text);
        var quotes = scalar.Quoted && guess == scalar.Text;
        _problems.Report(
            PathOf(name),
            scalar,
            quotes ? $"a number is expected, and \"{scalar.Show()}\" in quotes is text" : $"{Named(scalar)} is not a number",
            guess is not null && PlainScalar.TryNumber(guess, out var meant) && meant >= least && meant <= most ? $"write {guess}" : otherwise);
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
        PlainScalar.TryNumber(scalar.Text, out _) ? $"{scalar.Show()} has no unit" : $"{Named(scalar)} is {(scalar.Text.StartsWith('-') ? "negative" : "not a duration")}";

    private static string FixDuration(ScalarNode scalar, bool mayBeZero) =>
        PlainScalar.TryNumber(scalar.Text, out var number)
            ? number == 0 && mayBeZero ? "write 0s" : decimal.Truncate(number) == number && number > 0 ? $"write {scalar.Show()}s for seconds or {scalar.Show()}m for minutes" : "write a whole number with its unit, like 500ms or 5m"
            : DurationText.Guess(scalar.Text) is { } guess ? $"write {guess}" : "write a whole number with its unit: ms, s, m or h, like 500ms, 5m or 1h30m";

    private static string Named(ScalarNode scalar) => scalar.Quoted ? $"\"{scalar.Show()}\"" : scalar.Show();
}

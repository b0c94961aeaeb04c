using System.Globalization;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Hosting;

/// <summary>
/// Takes settings from one section of the configuration, and notes what is wrong and what nobody asked for, so that everything is reported at once.
/// </summary>
internal sealed class SettingsReader
{
    private readonly IConfiguration _section;
    private readonly string _path;
    private readonly List<FieldProblem> _problems;
    private readonly HashSet<string> _asked = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SettingsReader> _children = [];

    /// <summary>Reads the whole configuration.</summary>
    public SettingsReader(IConfiguration root)
        : this(root, "", [])
    {
    }

    private SettingsReader(IConfiguration section, string path, List<FieldProblem> problems)
    {
        _section = section;
        _path = path;
        _problems = problems;
    }

    /// <summary>The settings below <paramref name="name"/>.</summary>
    public SettingsReader Section(string name)
    {
        _asked.Add(name);
        if (_section[name] is { } value)
        {
            Add(name, value, "A map of settings is expected here, not one value.", null);
        }

        return Child(_section.GetSection(name), PathOf(name));
    }

    /// <summary>The entries of a list.</summary>
    public IReadOnlyList<SettingsReader> List(string name)
    {
        _asked.Add(name);
        RefuseOneValue(name);
        var entries = _section.GetSection(name).GetChildren().ToList();
        if (entries.Find(entry => !int.TryParse(entry.Key, out _)) is { } wrong)
        {
            Add(name, wrong.Key, "A list is expected here.", "Begin each entry with a dash.");
            return [];
        }

        return [.. entries.OrderBy(entry => int.Parse(entry.Key)).Select(entry => Child(entry, $"{PathOf(name)}[{entry.Key}]"))];
    }

    /// <summary>The values of a list of plain values.</summary>
    public IReadOnlyList<string> Values(string name)
    {
        _asked.Add(name);
        RefuseOneValue(name);
        return [.. _section.GetSection(name).GetChildren().Select(entry => entry.Value).OfType<string>()];
    }

    /// <summary>A text; <paramref name="otherwise"/> when left out.</summary>
    public string Text(string name, string otherwise) => Find(name) ?? otherwise;

    /// <summary>A text; null when left out.</summary>
    public string? Optional(string name) => Find(name);

    /// <summary>A text that must be there.</summary>
    public string Required(string name, string fix)
    {
        var text = Find(name);
        if (string.IsNullOrWhiteSpace(text))
        {
            Add(name, text, "This is required.", fix);
        }

        return text ?? "";
    }

    /// <summary>A whole number within limits.</summary>
    public int Number(string name, int otherwise, int least, int most)
    {
        var text = Find(name);
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Add(name, text, $"A whole number from {least} to {most} is expected here.", $"For example {otherwise}.");
        return otherwise;
    }

    /// <summary>A duration; its limits are checked by the options' own validator.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise)
    {
        var text = Find(name);
        if (text is null)
        {
            return otherwise;
        }

        if (DurationText.TryParse(text, out var duration))
        {
            return duration;
        }

        Add(name, text, "A duration is expected here.", $"For example {DurationText.Guess(text) ?? DurationText.Format(otherwise)}.");
        return otherwise;
    }

    /// <summary>Yes or no.</summary>
    public bool Flag(string name, bool otherwise)
    {
        var text = Find(name);
        if (text is null)
        {
            return otherwise;
        }

        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }

        Add(name, text, "true or false is expected here.", null);
        return otherwise;
    }

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        var text = Find(name);
        if (text is null)
        {
            return otherwise;
        }

        if (Enum.GetNames<T>().FirstOrDefault(known => string.Equals(known, text, StringComparison.OrdinalIgnoreCase)) is { } match)
        {
            return Enum.Parse<T>(match);
        }

        Add(name, text, "This value is not known here.", $"One of {string.Join(", ", Enum.GetNames<T>())}.");
        return otherwise;
    }

    /// <summary>Notes something wrong with <paramref name="name"/>.</summary>
    public void Add(string name, string? value, string message, string? fix) => _problems.Add(new(PathOf(name), value, message, fix));

    /// <summary>Notes what a section's validator found.</summary>
    public void AddRange(IEnumerable<FieldProblem> problems) => _problems.AddRange(problems);

    /// <summary>Everything that is wrong, settings that nobody asked for among it.</summary>
    public IReadOnlyList<FieldProblem> Finish()
    {
        foreach (var unknown in _section.GetChildren().Where(child => !_asked.Contains(child.Key)))
        {
            Add(unknown.Key, unknown.Value, "This setting is not known.", $"Known here: {string.Join(", ", _asked.Order())}.");
        }

        foreach (var child in _children)
        {
            child.Finish();
        }

        return _problems;
    }

    /// <summary>A list that was written as one value must not count as empty: without api.tokens nobody has to say who he is.</summary>
    private void RefuseOneValue(string name)
    {
        if (_section[name] is { Length: > 0 } value)
        {
            Add(name, value, "A list is expected here, not one value.", "Begin each entry with a dash.");
        }
    }

    private string? Find(string name)
    {
        _asked.Add(name);
        if (_section.GetSection(name).GetChildren().Any())
        {
            Add(name, null, "One value is expected here, not a map or list.", null);
        }

        return _section[name];
    }

    private SettingsReader Child(IConfiguration section, string path)
    {
        var child = new SettingsReader(section, path, _problems);
        _children.Add(child);
        return child;
    }

    private string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";
}

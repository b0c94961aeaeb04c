namespace CanaryController.Gateway.Configuration;

/// <summary>
/// Reads one section strictly: each key is asked for once, and what nobody asked for is an unknown key. Collects everything wrong instead of stopping at the
/// first.
/// </summary>
internal sealed class SettingsReader(IConfigurationSection? section, string path, List<FieldProblem> problems)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public string Path => path;

    public bool Exists => section is not null && (section.Value is not null || section.GetChildren().Any());

    public string At(string key) => path.Length == 0 ? key : $"{path}.{key}";

    public void Wrong(string key, string? value, string message, string? fix = null) => problems.Add(FieldProblem.Of(At(key), value, message, fix));

    /// <summary>The section below <paramref name="key"/>.</summary>
    public SettingsReader Section(string key)
    {
        var child = Find(key);
        if (child is { Value: not null } && !child.GetChildren().Any())
        {
            Wrong(key, child.Value, "expected settings below this key, not a value.");
        }

        return new SettingsReader(child, At(key), problems);
    }

    public string? Text(string key)
    {
        var child = Find(key);
        if (child is not null && child.GetChildren().Any())
        {
            Wrong(key, null, "expected one value, not a list or a map.");
            return null;
        }

        return child?.Value;
    }

    public string Required(string key, string example)
    {
        var text = Text(key);
        if (string.IsNullOrWhiteSpace(text))
        {
            Wrong(key, text, "is required.", $"write for example {key}: {example}");
            return "";
        }

        return text;
    }

    public TimeSpan Time(string key, TimeSpan fallback, TimeSpan least, TimeSpan most)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (Duration.TryParse(text, out var duration) && duration >= least && duration <= most)
        {
            return duration;
        }

        Wrong(key, text, $"is not a duration between {least} and {most}.", "write a whole number and a unit, like 500ms, 2s, 5m or 1h");
        return fallback;
    }

    public int Number(string key, int fallback, int least, int most)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (int.TryParse(text, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong(key, text, $"is not a whole number between {least} and {most}.");
        return fallback;
    }

    public bool Flag(string key, bool fallback = false)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }

        Wrong(key, text, "is neither true nor false.");
        return fallback;
    }

    public T Choice<T>(string key, T fallback)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (!char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse<T>(text, ignoreCase: true, out var value))
        {
            return value;
        }

        Wrong(key, text, "is not one of the values known here.", $"write one of {string.Join(", ", Enum.GetNames<T>())}");
        return fallback;
    }

    /// <summary>The texts of a list; their paths end in <c>[0]</c>, <c>[1]</c>.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        var child = Find(key);
        if (child is { Value.Length: > 0 })
        {
            Wrong(key, child.Value, "expected a list.", $"write {key}: [{child.Value}]");
            return [];
        }

        var texts = new List<string>();
        foreach (var item in Ordered(child))
        {
            if (item.Value is { Length: > 0 } text)
            {
                texts.Add(text);
            }
            else
            {
                Wrong($"{key}[{item.Key}]", null, "expected a value here.");
            }
        }

        return texts;
    }

    /// <summary>The sections of a list.</summary>
    public IReadOnlyList<SettingsReader> Items(string key) =>
        [.. Ordered(Find(key)).Select(item => new SettingsReader(item, $"{At(key)}[{item.Key}]", problems))];

    /// <summary>The sections of a map, by name.</summary>
    public IReadOnlyList<(string Name, SettingsReader Settings)> Map(string key) =>
        [.. Find(key)?.GetChildren().Select(item => (item.Key, new SettingsReader(item, $"{At(key)}.{item.Key}", problems))) ?? []];

    /// <summary>Call after everything was asked for.</summary>
    public void RejectUnknown()
    {
        foreach (var child in section?.GetChildren() ?? [])
        {
            if (!_known.Contains(child.Key))
            {
                Wrong(child.Key, child.Value, "is not known here.", $"remove it, or write one of {string.Join(", ", _known)}");
            }
        }
    }

    private static IEnumerable<IConfigurationSection> Ordered(IConfigurationSection? list) => list?.GetChildren() ?? [];

    private IConfigurationSection? Find(string key)
    {
        _known.Add(key);
        var child = section?.GetSection(key);
        return child?.Exists() == true ? child : null;
    }
}

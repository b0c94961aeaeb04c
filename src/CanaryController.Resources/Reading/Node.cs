using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Reading;

/// <summary>A place in a text.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
public readonly record struct Place(int Line, int Column);

/// <summary>What stands somewhere in a document, YAML or JSON, before anybody says what it should be.</summary>
/// <param name="At">Where it begins.</param>
internal abstract record Node(Place At)
{
    /// <summary>For people: what it is.</summary>
    public abstract string Describe();

    /// <summary>For people: what stands there, shortened.</summary>
    public abstract string Show();
}

/// <summary>A single value.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Text">The value without quotes.</param>
/// <param name="Quoted">It stands in quotes or in a block: it is text, whatever it looks like.</param>
internal sealed record ScalarNode(Place At, string Text, bool Quoted) : Node(At)
{
    private const int MaxShown = 100;

    /// <summary>Nothing: an empty value, <c>null</c> or <c>~</c>.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Describe() => IsNull ? "nothing" : Quoted ? "text" : "a value";

    /// <inheritdoc/>
    public override string Show() => Show(Text);

    /// <summary>Foreign text in a message: in one line, shortened, without invisible characters.</summary>
    public static string Show(string text)
    {
        var line = OutgoingUrl.Shown(text.ReplaceLineEndings(" "));
        return line.Length > MaxShown ? TextGuard.Clean(line[..MaxShown]) + "…" : TextGuard.Clean(line);
    }
}

/// <summary>A list.</summary>
internal sealed record ListNode(Place At, IReadOnlyList<Node> Items) : Node(At)
{
    /// <inheritdoc/>
    public override string Describe() => "a list";

    /// <inheritdoc/>
    public override string Show() => Items.Count == 0 ? "[]" : "[…]";
}

/// <summary>A map. Keys may repeat here: the reader says so.</summary>
internal sealed record MapNode(Place At, IReadOnlyList<MapEntry> Entries) : Node(At)
{
    /// <inheritdoc/>
    public override string Describe() => "a map";

    /// <inheritdoc/>
    public override string Show() => Entries.Count == 0 ? "{}" : "{…}";
}

/// <summary>A key and its value.</summary>
internal sealed record MapEntry(ScalarNode Key, Node Value);

namespace CanaryController.Core.Analysis;

/// <summary>A name with the variable <c>{{ version }}</c>, the only one that it may have.</summary>
public static class SourceName
{
    private const string Open = "{{";
    private const string Close = "}}";

    /// <summary>True when the version stands in it.</summary>
    public static bool HasVersion(string name) => Find(name) is not null;

    /// <summary>The name of a version.</summary>
    public static string Of(string name, string version) => Find(name) is var (start, end) ? name[..start] + version + Of(name[end..], version) : name;

    private static (int Start, int End)? Find(string name)
    {
        var start = name.IndexOf(Open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : name.IndexOf(Close, start, StringComparison.Ordinal);
        return end > 0 && name[(start + Open.Length)..end].Trim() == "version" ? (start, end + Close.Length) : null;
    }
}

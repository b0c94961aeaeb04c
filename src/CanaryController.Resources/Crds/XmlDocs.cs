using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CanaryController.Resources.Crds;

/// <summary>The types' documentation, as users of the resources read it.</summary>
public sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _summaries;

    /// <summary>Reads the documentation files that the compiler wrote.</summary>
    /// <param name="files">Their texts.</param>
    public XmlDocs(params IEnumerable<string> files) => _summaries = files
        .SelectMany(text => XDocument.Parse(text).Descendants("member"))
        .Where(member => member.Element("summary") is not null)
        .GroupBy(member => member.Attribute("name")!.Value, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(group => group.Key, group => group.First().Element("summary")!, StringComparer.OrdinalIgnoreCase);

    /// <summary>What is said of a type, without the field that it stands at.</summary>
    /// <exception cref="ArgumentException">Nothing is.</exception>
    public string OfType(Type type) => Capital(Place().Replace(Text($"T:{type.FullName}"), ""));

    /// <summary>What is said of a member: a field of a resource by its JSON name, or a value of an enum.</summary>
    /// <exception cref="ArgumentException">Nothing is.</exception>
    public string OfMember(Type type, string name) => Capital(Required().Replace(Text($"{(type.IsEnum ? 'F' : 'P')}:{type.FullName}.{name}"), "").Trim());

    /// <summary>Whether the documentation says that a field is required, always.</summary>
    public bool IsRequired(Type type, string name) => Required().IsMatch(Text($"P:{type.FullName}.{name}"));

    private string Text(string member) => _summaries.TryGetValue(member, out var summary) ? Spaces().Replace(Plain(summary), " ").Trim() : throw new ArgumentException($"Nothing is said of {member}.", nameof(member));

    private static string Plain(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "see" } reference => Referred(reference),
                XElement inner => Plain(inner),
                _ => "",
            });
        }

        return text.ToString();
    }

    /// <summary>Fields are called as they are written in a resource.</summary>
    private static string Referred(XElement reference)
    {
        var target = reference.Attribute("cref")?.Value ?? reference.Attribute("langword")?.Value ?? "";
        var name = target[(target.LastIndexOf('.') + 1)..];
        return target.StartsWith("P:", StringComparison.Ordinal) ? char.ToLowerInvariant(name[0]) + name[1..] : name;
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(^| )Required\.(?= |$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Required();

    [GeneratedRegex(@"^[a-z][A-Za-z.\[\]]*( of a [A-Za-z]+)?: ", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();
}

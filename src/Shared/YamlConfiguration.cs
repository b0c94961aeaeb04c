using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace CanaryController.Shared;

/// <summary>
/// Feeds a YAML file to Microsoft.Extensions.Configuration: maps become <c>section:key</c>, lists <c>section:0</c>. Linked into the manager and the
/// gateway, which share no project on purpose.
/// </summary>
internal static class YamlConfiguration
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 32;

    /// <summary>Reads the file's values.</summary>
    /// <exception cref="FormatException">It is not one YAML map; the message names file and line.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new FormatException($"{path}: larger than {MaxBytes} bytes; a configuration file is a few kilobytes.");
        }

        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var stream = new YamlStream();
        try
        {
            var text = File.ReadAllText(path);
            RejectWhatHasNoEnd(text, path);
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException wrong)
        {
            throw new FormatException($"{path}:{wrong.Start.Line}: {wrong.Message}", wrong);
        }

        if (stream.Documents.Count == 0)
        {
            return values;
        }

        if (stream.Documents.Count > 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            throw new FormatException($"{path}: expected one YAML document that is a map of settings.");
        }

        try
        {
            Flatten(root, "", values);
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"{path}: {wrong.Message}", wrong);
        }

        return values;
    }

    /// <summary>An alias may lead back to where it stands, and what is nested too deep overflows the stack: both would end the process.</summary>
    private static void RejectWhatHasNoEnd(string text, string path)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (parser.Current is AnchorAlias || depth > MaxDepth)
            {
                throw new FormatException($"{path}:{parser.Current.Start.Line}: {(depth > MaxDepth ? "this is nested too deep." : "YAML aliases are not supported here.")}");
            }
        }
    }

    private static void Flatten(YamlNode node, string path, Dictionary<string, string?> values)
    {
        switch (node)
        {
            case YamlMappingNode map:
                foreach (var (key, child) in map.Children)
                {
                    // {{ name }}, a template that nobody filled in, is a key that is a map.
                    Flatten(child, Join(path, NameOf(key)), values);
                }

                break;
            case YamlSequenceNode list:
                for (var index = 0; index < list.Children.Count; index++)
                {
                    Flatten(list.Children[index], Join(path, index.ToString()), values);
                }

                break;
            case YamlScalarNode scalar:
                values[path] = scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } ? null : scalar.Value;
                break;
            default:
                throw new FormatException($"{path}: this is no value, list or map.");
        }
    }

    private static string NameOf(YamlNode key) => key is YamlScalarNode { Value: { } name }
        ? name
        : throw new FormatException($"line {key.Start.Line}: the name of a setting is one word, not a list or a map.");

    private static string Join(string path, string key) => path.Length == 0 ? key : ConfigurationPath.Combine(path, key);
}

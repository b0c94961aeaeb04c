using System.Globalization;
using System.Text;

namespace CanaryController.Resources.Crds;

/// <summary>Writes a definition as the YAML that <c>kubectl apply</c> takes. The same definition gives the same text.</summary>
internal sealed class CrdYaml
{
    private const int MaxLine = 140;
    private readonly StringBuilder _text = new();

    /// <summary>The whole file.</summary>
    public static string Write(CrdDefinition definition)
    {
        var yaml = new CrdYaml();
        yaml.Definition(definition);
        return yaml._text.ToString();
    }

    private void Definition(CrdDefinition definition)
    {
        Line(0, "# Written by ./build.sh generate from the types in src/CanaryController.Resources: edit those.");
        Line(0, "apiVersion: apiextensions.k8s.io/v1");
        Line(0, "kind: CustomResourceDefinition");
        Line(0, "metadata:");
        Line(1, $"name: {definition.Plural}.{CrdDefinition.Group}");
        Line(0, "spec:");
        Line(1, $"group: {CrdDefinition.Group}");
        Line(1, $"scope: {(definition.IsCluster ? "Cluster" : "Namespaced")}");
        Line(1, "names:");
        Line(2, $"kind: {definition.Kind}");
        Line(2, $"listKind: {definition.Kind}List");
        Line(2, $"plural: {definition.Plural}");
        Line(2, $"singular: {definition.Singular}");
        Line(2, $"shortNames: [{string.Join(", ", definition.ShortNames)}]");
        Line(2, "categories: [canary]");
        Line(1, "versions:");
        Line(1, $"- name: {CrdDefinition.Version}");
        Line(2, "served: true");
        Line(2, "storage: true");
        if (definition.HasStatus)
        {
            Line(2, "subresources:");
            Line(3, "status: {}");
        }

        Line(2, "additionalPrinterColumns:");
        foreach (var column in definition.Columns)
        {
            Line(2, $"- name: {column.Name}");
            Line(3, $"type: {column.Type}");
            Line(3, $"jsonPath: {column.Path}");
            Optional(3, "priority", column.IsWide ? "1" : null);
            Text(3, "description", column.Description);
        }

        Line(2, "schema:");
        Line(3, "openAPIV3Schema:");
        Schema(4, definition.Schema);
    }

    private void Schema(int depth, Schema schema)
    {
        Optional(depth, "type", schema.Type);
        Text(depth, "description", schema.Description);
        Values(depth, schema);
        if (schema.Items is { } items)
        {
            Line(depth, "items:");
            Schema(depth + 1, items);
        }

        if (schema.Values is { } values)
        {
            Line(depth, "additionalProperties:");
            Schema(depth + 1, values);
        }

        if (schema.Fields.Count > 0)
        {
            Optional(depth, "required", schema.Required.Any() ? $"[{string.Join(", ", schema.Required)}]" : null);
            Line(depth, "properties:");
            foreach (var field in schema.Fields)
            {
                // Braces for what says no more than its type would be an object without a type.
                Line(depth + 1, $"{field.Name}:");
                Schema(depth + 2, field.Schema);
            }
        }

        Extensions(depth, schema);
    }

    private void Values(int depth, Schema schema)
    {
        Optional(depth, "default", schema.Default is { } text ? Scalar(text, schema.Type) : null);
        Optional(depth, "enum", schema.Enum.Count > 0 ? $"[{string.Join(", ", schema.Enum)}]" : null);
        Optional(depth, "format", schema.Format);
        Optional(depth, "pattern", schema.Pattern is { } pattern ? Quoted(pattern) : null);
        Optional(depth, "minLength", Number(schema.MinLength));
        Optional(depth, "maxLength", Number(schema.MaxLength));
        Optional(depth, "minimum", Number(schema.Minimum));
        Optional(depth, "exclusiveMinimum", schema.IsMinimumExclusive ? "true" : null);
        Optional(depth, "maximum", Number(schema.Maximum));
        Optional(depth, "exclusiveMaximum", schema.IsMaximumExclusive ? "true" : null);
        Optional(depth, "minItems", Number(schema.MinItems));
        Optional(depth, "maxItems", Number(schema.MaxItems));
    }

    private void Extensions(int depth, Schema schema)
    {
        Optional(depth, "x-kubernetes-list-type", schema.ListType);
        Optional(depth, "x-kubernetes-list-map-keys", schema.ListKey is { } key ? $"[{key}]" : null);
        Optional(depth, "x-kubernetes-int-or-string", schema.IsIntegerOrString ? "true" : null);
        Optional(depth, "x-kubernetes-preserve-unknown-fields", schema.KeepsUnknown ? "true" : null);
        if (schema.Rules.Count > 0)
        {
            Line(depth, "x-kubernetes-validations:");
            foreach (var rule in schema.Rules)
            {
                Line(depth, $"- rule: {Quoted(rule.Rule)}");
                Line(depth + 1, $"message: {Quoted(rule.Message)}");
            }
        }
    }

    private static string Scalar(string text, string? type) => type is "string" ? Quoted(text) : text;

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string? Number(decimal? number) => number?.ToString(CultureInfo.InvariantCulture);

    private void Optional(int depth, string name, string? value)
    {
        if (value is not null)
        {
            Line(depth, $"{name}: {value}");
        }
    }

    /// <summary>A folded block: each line of the text is a paragraph.</summary>
    private void Text(int depth, string name, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        Line(depth, $"{name}: >-");
        var first = true;
        foreach (var paragraph in text.Split('\n'))
        {
            if (!first)
            {
                _text.Append('\n');
            }

            first = false;
            Wrapped(depth + 1, paragraph);
        }
    }

    private void Wrapped(int depth, string paragraph)
    {
        var line = new StringBuilder();
        foreach (var word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && (depth * 2) + line.Length + 1 + word.Length > MaxLine)
            {
                Line(depth, line.ToString());
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        Line(depth, line.ToString());
    }

    private void Line(int depth, string text) => _text.Append(' ', depth * 2).Append(text).Append('\n');
}

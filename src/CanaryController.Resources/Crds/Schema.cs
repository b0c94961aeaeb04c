namespace CanaryController.Resources.Crds;

/// <summary>A part of a structural schema, as the API server reads it (apiextensions.k8s.io/v1 JSONSchemaProps).</summary>
public sealed record Schema
{
    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c> or <c>boolean</c>; null where the schema does not say one type.</summary>
    public string? Type { get; init; }

    /// <summary>What <c>kubectl explain</c> shows.</summary>
    public string Description { get; init; } = "";

    /// <summary>Of an object: its fields, in order.</summary>
    public IReadOnlyList<SchemaField> Fields { get; init; } = [];

    /// <summary>Of an object whose field names the author chooses: their values.</summary>
    public Schema? Values { get; init; }

    /// <summary>Of an array: its items.</summary>
    public Schema? Items { get; init; }

    /// <summary>What is filled in where the field is left out, as YAML.</summary>
    public string? Default { get; init; }

    /// <summary>Of a string: the only values.</summary>
    public IReadOnlyList<string> Enum { get; init; } = [];

    /// <summary><c>date-time</c>, <c>int32</c>, <c>int64</c>.</summary>
    public string? Format { get; init; }

    /// <summary>Of a string: a regular expression (RE2, which .NET reads alike here).</summary>
    public string? Pattern { get; init; }

    /// <summary>Of a string: the fewest characters.</summary>
    public int? MinLength { get; init; }

    /// <summary>Of a string: the most characters.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Of a number: the least.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>Of a number: the least itself is refused.</summary>
    public bool IsMinimumExclusive { get; init; }

    /// <summary>Of a number: the most.</summary>
    public decimal? Maximum { get; init; }

    /// <summary>Of a number: the most itself is refused.</summary>
    public bool IsMaximumExclusive { get; init; }

    /// <summary>Of an array: the fewest items.</summary>
    public int? MinItems { get; init; }

    /// <summary>Of an array: the most items.</summary>
    public int? MaxItems { get; init; }

    /// <summary>Of an array: <c>atomic</c>, <c>set</c> or <c>map</c>, which says how several writers share it.</summary>
    public string? ListType { get; init; }

    /// <summary>Of an array of the list type <c>map</c>: the field that names an item.</summary>
    public string? ListKey { get; init; }

    /// <summary>An integer or a string.</summary>
    public bool IsIntegerOrString { get; init; }

    /// <summary>Whatever stands there is kept.</summary>
    public bool KeepsUnknown { get; init; }

    /// <summary>CEL rules over the value.</summary>
    public IReadOnlyList<CelRule> Rules { get; init; } = [];

    /// <summary>Of an object: the fields that must be there.</summary>
    public IEnumerable<string> Required => Fields.Where(each => each.IsRequired).Select(each => each.Name);

    /// <summary>The field of that name; null when there is none.</summary>
    public SchemaField? Find(string name) => Fields.FirstOrDefault(each => each.Name == name);
}

/// <summary>A field of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">Its value.</param>
/// <param name="IsRequired">Whether it must be there.</param>
public sealed record SchemaField(string Name, Schema Schema, bool IsRequired);

/// <summary>A rule in the Common Expression Language (<c>x-kubernetes-validations</c>).</summary>
/// <param name="Rule">True when it is kept.</param>
/// <param name="Message">What is wrong otherwise, and what to do.</param>
public sealed record CelRule(string Rule, string Message);

namespace CanaryController.Cli.Rendering;

/// <summary>The form of a result.</summary>
internal enum OutputFormat
{
    /// <summary>For people; may change with any release.</summary>
    Table,

    /// <summary>The API's DTOs as they are; stable.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,

    /// <summary>A JUnit report; of a wait only.</summary>
    JUnit,

    /// <summary>Annotations and a summary of GitHub Actions; of a wait only.</summary>
    GitHub,
}

namespace CanaryController.Resources.Reading;

/// <summary>A document whose form is broken, so that its fields cannot be read: bad YAML or JSON, or beyond a limit.</summary>
/// <param name="at">Where.</param>
/// <param name="message">What is wrong.</param>
/// <param name="fix">What to write instead.</param>
public sealed class DocumentException(Place at, string message, string? fix) : Exception(message)
{
    /// <summary>Where.</summary>
    public Place At { get; } = at;

    /// <summary>What to write instead.</summary>
    public string? Fix { get; } = fix;
}

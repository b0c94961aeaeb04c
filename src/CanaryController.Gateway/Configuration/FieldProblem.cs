namespace CanaryController.Gateway.Configuration;

/// <summary>One thing wrong in the configuration or in a request.</summary>
/// <param name="Path">The field, like <c>routes[0].versions.v1.addresses[0]</c>.</param>
/// <param name="Value">What stands there, shortened; null when it is missing.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Fix">What to write instead; null when only the author can know.</param>
internal sealed record FieldProblem(string Path, string? Value, string Message, string? Fix)
{
    private const int ShownLength = 80;

    public static FieldProblem Of(string path, string? value, string message, string? fix = null) =>
        new(path, value is { Length: > ShownLength } ? string.Concat(value.AsSpan(0, ShownLength), "...") : value, message, fix);

    public override string ToString() =>
        $"{Path}: {Message}{(Value is null ? "" : $" (found: {Value})")}{(Fix is null ? "" : $" Fix: {Fix}")}";
}

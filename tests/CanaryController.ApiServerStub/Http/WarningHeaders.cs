using Microsoft.Extensions.Primitives;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Warnings as headers. Each is told once; what is empty or has control characters is left out, and long ones are cut when all of them together are too much.</summary>
internal static class WarningHeaders
{
    private const int MaxTotal = 4096;
    private const int MaxOfMany = 256;

    public static StringValues Of(IReadOnlyList<string> warnings)
    {
        var told = warnings.Where(warning => warning != "" && !warning.Any(char.IsControl)).Distinct(StringComparer.Ordinal).ToList();
        var isTooMuch = told.Sum(warning => warning.Length) > MaxTotal;
        return new([.. told.Select(warning => isTooMuch && warning.Length > MaxOfMany ? warning[..MaxOfMany] : warning)
            .Select(warning => $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"")]);
    }
}

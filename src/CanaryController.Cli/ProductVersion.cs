using System.Reflection;

namespace CanaryController.Cli;

/// <summary>The program's version, as the build stamped it.</summary>
internal static class ProductVersion
{
    /// <summary>Without the commit, like <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>The commit that it was built from; null when the build did not know.</summary>
    public static string? Commit { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit] ? commit : null;
}

using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Standalone;

/// <summary>A freeze that the catalog knows.</summary>
/// <param name="Window">As it was written; null when it cannot be read.</param>
/// <param name="Freeze">Ready to be asked.</param>
/// <param name="File">The file that it stands in; null for one that the API made.</param>
internal sealed record KnownFreeze(FreezeWindow? Window, Freeze Freeze, string? File)
{
    /// <summary>One that can be read.</summary>
    public static KnownFreeze Of(FreezeWindow window, string? file) => new(window, Freeze.Of(window), file);
}

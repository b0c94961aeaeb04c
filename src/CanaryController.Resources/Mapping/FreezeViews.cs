using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Resources.Mapping;

/// <summary>Freezes in the API's words. Pure.</summary>
public static class FreezeViews
{
    /// <summary>All of them, those that last first.</summary>
    public static FreezeList List(IEnumerable<(FreezeWindow? Window, Freeze Freeze, string? File)> freezes, DateTimeOffset now) => new(
        [.. freezes.Select(each => Of(each.Window, each.Freeze, each.File, now)).OrderByDescending(view => view.Lasts).ThenBy(view => view.Namespace, StringComparer.Ordinal).ThenBy(view => view.Name, StringComparer.Ordinal)]);

    /// <summary>One of them.</summary>
    /// <param name="window">As it was written; null when it cannot be read.</param>
    /// <param name="freeze">Ready to be asked.</param>
    /// <param name="file">Where it stands.</param>
    /// <param name="now">The moment.</param>
    public static FreezeView Of(FreezeWindow? window, Freeze freeze, string? file, DateTimeOffset now) => new()
    {
        Kind = window?.Kind ?? "unreadable",
        Namespace = freeze.Namespace.Length == 0 ? null : freeze.Namespace,
        Name = window?.Metadata.Name ?? freeze.Name,
        Reason = freeze.Because,
        Lasts = freeze.Lasts(now),
        ChangesAt = freeze.NextChange(now),
        Means = window is null ? "everything that it may mean" : $"{Whom(window.Spec.Selector)}, {When(window.Spec)}",
        File = file,
    };

    /// <summary>The freeze that a request asks for; check it by the rules.</summary>
    public static FreezeWindow ToWindow(string ns, FreezeRequest request, DateTimeOffset now) => new()
    {
        Metadata = new() { Name = request.Name, Namespace = ns },
        Spec = new()
        {
            Reason = request.Reason,
            Start = request.Start ?? now,
            End = request.End,
            Selector = new() { Names = [.. request.Rollouts ?? []] },
        },
    };

    private static string Whom(FreezeSelectorSection selector)
    {
        var labels = string.Join(", ", selector.MatchLabels.Select(pair => $"{pair.Key}={pair.Value}"));
        return (selector.Names.IsEmpty, labels.Length) switch
        {
            (true, 0) => "all rollouts",
            (false, 0) => string.Join(", ", selector.Names),
            (true, _) => $"rollouts with {labels}",
            (false, _) => $"{string.Join(", ", selector.Names)} with {labels}",
        };
    }

    private static string When(FreezeWindowSpec spec) => spec switch
    {
        { Cron: { } cron } => $"{cron} for {DurationText.Format(spec.Duration ?? TimeSpan.Zero)} ({spec.TimeZone ?? Zone.Default})",
        { Dates.IsEmpty: false } => $"on {string.Join(", ", spec.Dates)} ({spec.TimeZone ?? Zone.Default})",
        _ => $"{(spec.Start is { } start ? $"from {start.UtcDateTime:yyyy-MM-dd HH:mm} UTC " : "")}{(spec.End is { } end ? $"until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "until somebody ends it")}",
    };
}

using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Resources.Windows;

/// <summary>A freeze, ready to be asked. One that cannot be read is closed for all that it may mean: a freeze that is overlooked is worse than one too many.</summary>
public sealed class Freeze
{
    private readonly FreezeSelectorSection _selector;
    private readonly DateTimeOffset? _start;
    private readonly DateTimeOffset? _end;
    private readonly Hours? _hours;

    private Freeze(string ns, string name, string because, FreezeSelectorSection selector, FreezeWindowSpec? spec, Hours? hours)
    {
        (Namespace, Name, Because, _selector, _hours) = (ns, name, because, selector, hours);
        (_start, _end) = hours is null ? (spec?.Start, spec?.End) : (null, null);
        Zone = hours?.Zone ?? Zone.Find(spec?.TimeZone ?? Zone.Default) ?? Zone.Find(Zone.Default)!;
    }

    /// <summary>Its namespace; empty for one of the cluster.</summary>
    public string Namespace { get; }

    /// <summary>For people: <c>FreezeWindow year-end</c>.</summary>
    public string Name { get; }

    /// <summary>Why, without a full stop.</summary>
    public string Because { get; }

    /// <summary>The zone that its times are told in.</summary>
    public Zone Zone { get; }

    /// <summary>Makes one.</summary>
    public static Freeze Of(FreezeWindow window)
    {
        var (ns, name, spec) = (window.IsCluster ? "" : window.Metadata.Namespace, $"{window.Kind} {window.Metadata.Name}", window.Spec);
        var (hours, problem) = spec switch
        {
            { Cron: { } cron } => Hours.Of(cron, spec.Duration ?? TimeSpan.Zero, spec.TimeZone, []),
            { Dates.IsEmpty: false } => Hours.Of(spec.Dates, spec.TimeZone),
            _ => (null, null),
        };
        return problem is null ? new(ns, name, CommentText.OneLine(spec.Reason).TrimEnd('.'), spec.Selector, spec, hours) : new(ns, name, $"it cannot be read: {problem}", spec.Selector, null, null);
    }

    /// <summary>One that cannot be read: it holds up everything of its namespace.</summary>
    /// <param name="ns">Its namespace; empty for the cluster.</param>
    /// <param name="name">For people.</param>
    /// <param name="problem">What is wrong, without a full stop.</param>
    public static Freeze Unreadable(string ns, string name, string problem) => new(ns, name, $"it cannot be read: {problem.TrimEnd('.')}", new(), null, null);

    /// <summary>It is meant for that rollout.</summary>
    public bool IsFor(RolloutKey rollout, EquatableArray<KeyValuePair<string, string>> labels) =>
        (Namespace.Length == 0 || Namespace == rollout.Namespace)
        && (_selector.Names.IsEmpty || _selector.Names.Contains(rollout.Name))
        && _selector.MatchLabels.All(wanted => labels.Contains(wanted));

    /// <summary>It lasts at that moment.</summary>
    public bool Lasts(DateTimeOffset moment) => _hours?.Contain(moment) ?? (!(moment < _start) && !(moment >= _end));

    /// <summary>When that changes next; null when never, or not foreseen.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset moment) =>
        _hours is not null ? _hours.NextChange(moment) : moment < _start ? _start : moment < _end ? _end : null;
}

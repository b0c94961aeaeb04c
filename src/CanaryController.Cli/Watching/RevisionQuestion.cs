using CanaryController.Cli.Hosting;
using CanaryController.Resources.Gates;

namespace CanaryController.Cli.Watching;

/// <summary>"How did the rollout of this revision end?", asked frame by frame. Without a revision the first frame decides which: the one asked for last.</summary>
internal sealed class RevisionQuestion(string? revision)
{
    private string? _revision = revision;
    private bool _wasSeen;

    /// <summary>The revision in question; null before the first frame, or when there never was one.</summary>
    public string? Revision => _revision;

    /// <summary>How it ended; null while it has not.</summary>
    public Ending? Look(WatchFrame frame)
    {
        _revision ??= frame.View.TargetRevision ?? frame.View.CanaryRevision ?? frame.View.StableRevision;
        if (_revision is null)
        {
            return null;
        }

        _wasSeen |= frame.View.CanaryRevision == _revision || frame.View.TargetRevision == _revision;
        return Endings.Of(frame.View, frame.History.Revisions, _revision, _wasSeen);
    }

    /// <summary>The same as an exit code.</summary>
    public ExitCode? Ask(WatchFrame frame) => Look(frame) switch
    {
        Ending.Promoted => ExitCode.Done,
        Ending.RolledBack => ExitCode.Rejected,
        Ending.Superseded => ExitCode.Superseded,
        null => null,
    };
}

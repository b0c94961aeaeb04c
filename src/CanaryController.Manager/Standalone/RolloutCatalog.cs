using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Telemetry;
using CanaryController.Resources;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Standalone;

/// <summary>The resources in force: what the folder says, and where that is broken, what it said last.</summary>
internal sealed partial class RolloutCatalog : IRolloutResources
{
    private readonly Lock _gate = new();
    private readonly SqliteSpecs _specs;
    private readonly FreezeCatalog _freezes;
    private readonly IRolloutStore _store;
    private readonly FolderChannels _channels;
    private readonly IRolloutWaker _waker;
    private readonly RolloutMetrics _metrics;
    private readonly ILogger<RolloutCatalog> _logger;
    private Dictionary<RolloutKey, CatalogEntry> _entries;
    private HashSet<FieldProblem> _problems = [];
    private string? _folderProblem;

    public RolloutCatalog(
        SqliteSpecs specs, FreezeCatalog freezes, IRolloutStore store, FolderChannels channels, IRolloutWaker waker, RolloutMetrics metrics, ILogger<RolloutCatalog> logger)
    {
        _specs = specs;
        _freezes = freezes;
        _store = store;
        _channels = channels;
        _waker = waker;
        _metrics = metrics;
        _logger = logger;
        _entries = specs.Load().ToDictionary(entry => entry.Key);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutResource> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Values.OrderBy(entry => entry.Key).Select(entry => entry.ToResource())];
            }
        }
    }

    /// <summary>Some resource is absent, but does not count as deleted yet: look again soon.</summary>
    public bool AwaitsDeletion
    {
        get
        {
            lock (_gate)
            {
                return _entries.Values.Any(entry => entry is { AbsentSince: not null, Deleted: false });
            }
        }
    }

    /// <inheritdoc/>
    public RolloutResource? Find(RolloutKey key)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(key)?.ToResource();
        }
    }

    /// <inheritdoc/>
    public void Forget(RolloutKey key)
    {
        lock (_gate)
        {
            if (_entries.GetValueOrDefault(key) is { Deleted: true })
            {
                _entries.Remove(key);
            }
        }
    }

    /// <summary>Takes a scan of the folder over: stores what is good, wakes what changed, reports what is wrong.</summary>
    public void Apply(FolderScan scan, DateTimeOffset now)
    {
        ReportFolder(scan.Problem);
        if (scan.Files is null)
        {
            return;
        }

        _freezes.Apply(scan.Files);
        List<RolloutKey> changed;
        lock (_gate)
        {
            var merged = CatalogMerge.Merge(_entries, scan.Files, key => !_store.Read(key).State.Phase.IsAtRest(), now);
            _specs.Save([.. merged.Entries.Values.Where(entry => entry.Content is not null && IsNews(entry))]);
            changed = [.. merged.Entries.Values.Where(IsChange).Select(entry => entry.Key)];
            _entries = merged.Entries;
            Report([.. merged.Problems, .. _channels.Apply(scan.Files)]);
        }

        changed.ForEach(key => _waker.Wake(key, QueueLane.Prompt));
    }

    private bool IsNews(CatalogEntry entry) =>
        _entries.GetValueOrDefault(entry.Key) is not { } before || !ReferenceEquals(before.Content, entry.Content) || before.File != entry.File;

    private bool IsChange(CatalogEntry entry) =>
        _entries.GetValueOrDefault(entry.Key) is not { } before || !ReferenceEquals(before.Content, entry.Content) || before.Deleted != entry.Deleted;

    private void ReportFolder(string? problem)
    {
        if (problem is not null && problem != _folderProblem)
        {
            FolderUnreadable(_logger, problem);
        }
        else if (problem is null && _folderProblem is not null)
        {
            FolderReadable(_logger);
        }

        _folderProblem = problem;
    }

    private void Report(IReadOnlyList<FieldProblem> problems)
    {
        foreach (var problem in problems.Where(problem => !_problems.Contains(problem)))
        {
            BrokenFile(_logger, problem.File, problem.Line, problem.Path, problem.Value, problem.Message, problem.Fix);
        }

        if (problems.Count == 0 && _problems.Count > 0)
        {
            AllGood(_logger);
        }

        _problems = [.. problems];
        _metrics.ShowProblems(problems.Count);
    }

    [LoggerMessage(
        EventId = 1401,
        Level = LogLevel.Warning,
        Message = "{File}:{Line}: {Path}: {Value}: {Problem} {Fix} The last good text, if there was one, stays in force")]
    private static partial void BrokenFile(ILogger logger, string? file, int line, string path, string? value, string problem, string? fix);

    [LoggerMessage(EventId = 1402, Level = LogLevel.Information, Message = "All files of the folder are valid again")]
    private static partial void AllGood(ILogger logger);

    [LoggerMessage(EventId = 1403, Level = LogLevel.Error, Message = "The folder cannot be read; all rollouts go on as they were: {Problem}")]
    private static partial void FolderUnreadable(ILogger logger, string problem);

    [LoggerMessage(EventId = 1404, Level = LogLevel.Information, Message = "The folder can be read again")]
    private static partial void FolderReadable(ILogger logger);
}

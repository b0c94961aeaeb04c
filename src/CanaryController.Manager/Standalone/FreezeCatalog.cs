using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// The freezes in force: those of the folder, and those that the API made. One that is not valid any more holds up its whole namespace until it is mended; of a file that cannot be parsed, what it
/// held before stays in force, and where nobody knows what it held, everything is held up.
/// </summary>
internal sealed class FreezeCatalog(SqliteFreezes store, IRolloutStore states, IRolloutWaker waker) : IFreezes, IFreezeKeeper
{
    private readonly Lock _gate = new();
    private volatile IReadOnlyList<KnownFreeze> _all = store.Load();

    /// <inheritdoc/>
    public IReadOnlyList<Freeze> For(RolloutKey rollout, EquatableArray<KeyValuePair<string, string>> labels) =>
        [.. _all.Select(known => known.Freeze).Where(freeze => freeze.IsFor(rollout, labels))];

    /// <inheritdoc/>
    public IReadOnlyList<(FreezeWindow? Window, Freeze Freeze, string? File)> Of(string? ns) =>
        [.. _all.Where(known => ns is null || known.Freeze.Namespace.Length == 0 || known.Freeze.Namespace == ns).Select(known => (known.Window, known.Freeze, known.File))];

    /// <summary>Takes the files of the folder over.</summary>
    /// <exception cref="StoreUnavailableException">They could not be stored, and are not in force.</exception>
    public void Apply(IReadOnlyList<FileReading> files)
    {
        lock (_gate)
        {
            var before = _all;
            var kept = files.Where(file => IsUnclear(file) && before.Any(known => known.File == file.File)).Select(file => file.File).ToHashSet(StringComparer.Ordinal);
            List<KnownFreeze> folder =
            [
                .. before.Where(known => known.File is { } file && kept.Contains(file)),
                .. files.Where(file => !kept.Contains(file.File)).SelectMany(Read),
            ];
            List<KnownFreeze> all = [.. before.Where(known => known.File is null), .. folder];
            if (all.Select(Essence).SequenceEqual(before.Select(Essence)))
            {
                return;
            }

            store.SaveFolder(folder, kept);
            _all = all;
        }

        WakeWaiting();
    }

    /// <inheritdoc/>
    public Task<FreezeAnswer> AddAsync(FreezeWindow window, string actor, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_all.Any(known => known.Window is { } other && IsSame(other, window)))
            {
                return Task.FromResult(new FreezeAnswer(FreezeOutcome.Refused, $"There is a freeze {window.Metadata.Name} already; give this one another name."));
            }

            store.Add(window);
            _all = [KnownFreeze.Of(window, null), .. _all];
        }

        WakeWaiting();
        return Task.FromResult(FreezeAnswer.Done);
    }

    /// <inheritdoc/>
    public Task<FreezeAnswer> EndAsync(string ns, string name, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var found = _all.FirstOrDefault(known => known.Window is { } window && !window.IsCluster && window.Metadata.Name == name && window.Metadata.Namespace == ns);
            if (found is not { Window: { } ended, File: null })
            {
                return Task.FromResult(found is null
                    ? new FreezeAnswer(FreezeOutcome.NotFound, $"There is no freeze {name} in the namespace {ns}.")
                    : new FreezeAnswer(FreezeOutcome.Refused, $"The freeze {name} stands in the file {found.File}: take it out there."));
            }

            store.Remove(ended);
            _all = [.. _all.Where(known => known != found)];
        }

        WakeWaiting();
        return Task.FromResult(FreezeAnswer.Done);
    }

    /// <summary>A freeze came or went: whoever is on the way, or waits to start, looks again.</summary>
    private void WakeWaiting()
    {
        foreach (var key in states.Keys.Where(key => states.Read(key).State is var state && (state.Pending is not null || !state.Phase.IsAtRest())))
        {
            waker.Wake(key, QueueLane.Prompt);
        }
    }

    private static bool IsSame(FreezeWindow left, FreezeWindow right) =>
        left.IsCluster == right.IsCluster && left.Metadata.Name == right.Metadata.Name && (left.IsCluster || left.Metadata.Namespace == right.Metadata.Namespace);

    private static (string Name, string Because, string? File, FreezeWindow? Window) Essence(KnownFreeze known) => (known.Freeze.Name, known.Freeze.Because, known.File, known.Window);

    /// <summary>It could not be parsed, and may hold a freeze.</summary>
    private static bool IsUnclear(FileReading file) => file.MayHoldFreeze && file.Freezes.Count == 0 && file.HasErrors;

    private static IEnumerable<KnownFreeze> Read(FileReading file) => IsUnclear(file)
        ? [new(null, Freeze.Unreadable("", $"The file {file.File}", FirstOf(file.Problems)), file.File)]
        : file.Freezes.Select(document => document.HasErrors ? Unreadable(document.Resource, file) : KnownFreeze.Of(document.Resource, file.File));

    private static KnownFreeze Unreadable(FreezeWindow window, FileReading file) => new(
        null, Freeze.Unreadable(window.IsCluster ? "" : window.Metadata.Namespace, $"{window.Kind} {window.Metadata.Name}".TrimEnd(), FirstOf(file.Problems)), file.File);

    private static string FirstOf(IReadOnlyList<FieldProblem> problems) =>
        problems.FirstOrDefault(problem => problem.Severity is ProblemSeverity.Error) is { } first ? $"{first.File}:{first.Line}: {first.Path}: {first.Message}" : "it has errors";
}

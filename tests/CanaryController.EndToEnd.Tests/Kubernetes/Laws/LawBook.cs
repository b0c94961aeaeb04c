using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Watching;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Laws;

/// <summary>Holds one shop to the laws at every change of any of its objects, and keeps what broke one.</summary>
internal sealed class LawBook
{
    private const int MaxRemembered = 50;
    private const int MaxViolations = 20;

    private static readonly IReadOnlyList<(string Law, Func<LawContext, IEnumerable<string>> Check)> _laws =
    [
        ("the weights sum up and both entries stay", RouteLaws.BothEntriesStay),
        ("no request is sent to a Service without endpoints", RouteLaws.NothingIsLost),
        ("a rejected version has no traffic", RouteLaws.NothingToRejected),
        ("a version has the ready pods that its traffic needs", PodLaws.EnoughReadyPods),
        ("without a mesh the pods of all versions carry the shop", PodLaws.EnoughPodsWithoutMesh),
        ("a pod that serves is not deleted", PodLaws.NoServingPodIsDeleted),
        ("stable's ReplicaSet keeps the Deployment's size while it has traffic", PodLaws.StableKeepsItsSize),
        ("a ReplicaSet of the Deployment is never without a controller", PodLaws.NoOrphans),
    ];

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = [];
    private readonly List<string> _violations = [];
    private readonly LawContext _context;

    public LawBook(string shop, Disturbances disturbances) => _context = new(new World(shop), disturbances);

    /// <summary>Takes a change over and checks all laws.</summary>
    public void Observe(ClusterEvent happened)
    {
        lock (_gate)
        {
            var world = _context.World;
            if (!world.Concerns(happened))
            {
                return;
            }

            _context.Before = world.Apply(happened);
            _context.Happened = happened;
            _last.Enqueue($"{happened}{Shares(world)}");
            if (_last.Count > MaxRemembered)
            {
                _last.Dequeue();
            }

            // Before the controller has taken the shop over, what happens is not its doing.
            _context.Memory.WasLed |= world.IsLed;
            foreach (var (law, check) in _context.Memory.WasLed ? _laws : [])
            {
                foreach (var problem in check(_context))
                {
                    Record(law, problem);
                }
            }
        }
    }

    /// <summary>Everything that broke a law, with what happened before; empty when nothing did.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_gate)
            {
                return [.. _violations];
            }
        }
    }

    /// <summary>The last changes, for a failure of another kind.</summary>
    public string Last
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _last);
            }
        }
    }

    private void Record(string law, string problem)
    {
        if (_violations.Count < MaxViolations)
        {
            var history = _violations.Count == 0 ? $"\n{string.Join('\n', _last)}" : "";
            _violations.Add($"{law}: {problem} at {_context.Happened!.At:HH:mm:ss.fff} ({_context.Happened.Version}){history}");
        }
    }

    private static string Shares(World world) =>
        world.Traffic.Count == 0 ? "" : $" [traffic {string.Join(' ', world.Traffic.Select(pair => $"{pair.Key}={pair.Value:0.##}/{world.Serving(pair.Key)} pods"))}]";
}

/// <summary>What a law looks at.</summary>
internal sealed class LawContext(World world, Disturbances disturbances)
{
    /// <summary>Everything after the change.</summary>
    public World World => world;

    /// <summary>What the test itself does to the shop.</summary>
    public Disturbances Disturbances => disturbances;

    /// <summary>The change.</summary>
    public ClusterEvent Happened { get; set; } = null!;

    /// <summary>The object before it; null when there was none.</summary>
    public JsonObject? Before { get; set; }

    /// <summary>What the laws remember from one change to the next.</summary>
    public LawMemory Memory { get; } = new();
}

/// <summary>What the laws remember.</summary>
internal sealed class LawMemory
{
    /// <summary>The controller led the shop at some time.</summary>
    public bool WasLed { get; set; }

    /// <summary>The sum of a route's weights when both entries were first there.</summary>
    public int? WeightSum { get; set; }

    /// <summary>The smallest size of the Deployment since the test last said that it is settled.</summary>
    public int? SmallestSize { get; set; }

    /// <summary>Pods of each version that may be deleted, because the Deployment was scaled down.</summary>
    public int MayGo { get; set; }

    /// <summary>Pods that were deleted while they served, by hash.</summary>
    public Dictionary<string, int> Gone { get; } = [];

    /// <summary>Versions that were rejected, and not tried again since.</summary>
    public HashSet<string> Rejected { get; } = [];

    /// <summary>Services that lose requests now, so that each loss is told once.</summary>
    public HashSet<string> Losing { get; } = [];

    /// <summary>Versions with too few pods now, so that it is told once.</summary>
    public HashSet<string> Short { get; } = [];
}

/// <summary>What the test does to its shop itself, and what is excused by that. All of it may change while the laws look.</summary>
internal sealed class Disturbances
{
    private int _resettled;

    /// <summary>Pods that the test deletes or makes unready.</summary>
    public HashSet<string> Pods { get; } = new(StringComparer.Ordinal);

    /// <summary>Somebody else writes the route as well (the test), and what he writes is not the controller's doing.</summary>
    public bool RouteIsContended { get; set; }

    /// <summary>Somebody else starts a rolling update of his own: the Deployment's controller, not ours, decides about pods for a moment.</summary>
    public bool IsCaptured { get; set; }

    /// <summary>The Deployment, the Rollout or the namespace is going: from now on only the route counts.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>What the test did is over: the shop's present size counts from now on, and no pod is excused.</summary>
    public void Calm()
    {
        Pods.Clear();
        IsCaptured = false;
        Interlocked.Exchange(ref _resettled, 1);
    }

    /// <summary>True once after each <see cref="Calm"/>.</summary>
    public bool TakeResettled() => Interlocked.Exchange(ref _resettled, 0) == 1;
}

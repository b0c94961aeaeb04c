using CanaryController.Core.Analysis;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Analysis;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Mapping;

namespace CanaryController.Manager.Api;

/// <summary>Reading rollouts: the list, one, its history.</summary>
internal sealed class RolloutEndpoints(
    IRolloutResources resources, IRolloutStore store, LiveRollouts live, IEvidence evidence, IEventLog events, ICommands commands, IAskedRevisions asked, RolloutWindows windows, ApiAccess access, TimeProvider time)
{
    /// <summary>As a namespace: all of them.</summary>
    public const string AllNamespaces = "-";

    private const int HistoryLimit = 200;

    /// <summary>Adds the routes.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/namespaces/{ns}/rollouts");
        group.MapGet("", (string ns) => List(ns)).AddEndpointFilter(access.Require(ApiVerb.List))
            .Describe("ListRollouts", "The rollouts of a namespace, ordered by name; - means all namespaces.").Produces<RolloutList>().Problems();
        group.MapGet("{name}", (string ns, string name) => Get(new(ns, name))).AddEndpointFilter(access.Require(ApiVerb.Get))
            .Describe("GetRollout", "One rollout as of now.").Produces<RolloutView>().Problems(StatusCodes.Status404NotFound);
        group.MapGet("{name}/history", (string ns, string name) => History(new(ns, name))).AddEndpointFilter(access.Require(ApiVerb.Get))
            .Describe("GetHistory", "What became of its revisions, its transitions and its commands, newest first.")
            .Produces<HistoryView>().Problems(StatusCodes.Status404NotFound);
    }

    /// <summary>The rollout as of now; null when there is none of that name.</summary>
    public RolloutView? Find(RolloutKey key) => resources.Find(key) is { } resource ? View(resource) : null;

    /// <summary>The answer when there is none of that name.</summary>
    public static IResult NotFound(RolloutKey key) => ApiProblems.Of(
        StatusCodes.Status404NotFound, "No such rollout", $"There is no rollout {key}. Standalone, put a file that defines it into the manager's folder; on Kubernetes, apply it.");

    private IResult List(string ns)
    {
        var items = resources.All.Where(resource => ns == AllNamespaces || resource.Key.Namespace == ns).Select(View);
        return Results.Json(new RolloutList([.. items]), ApiJson.Default.RolloutList);
    }

    private IResult Get(RolloutKey key) => Find(key) is { } view ? Results.Json(view, ApiJson.Default.RolloutView) : NotFound(key);

    private IResult History(RolloutKey key)
    {
        if (resources.Find(key) is null)
        {
            return NotFound(key);
        }

        var history = new HistoryView(
            HistoryViews.Revisions(store.Read(key).State.History), events.Of(key, HistoryLimit), commands.Audit(key, HistoryLimit));
        return Results.Json(history, ApiJson.Default.HistoryView);
    }

    /// <summary>What a gate answers by; null when there is none of that name.</summary>
    public GateSight? Look(RolloutKey key)
    {
        if (resources.Find(key) is not { } resource)
        {
            return null;
        }

        var stored = store.Read(key);
        var now = asked.Asked(resource, stored.State);
        return new(View(resource, stored), HistoryViews.Revisions(stored.State.History))
        {
            Sequence = stored.State.Sequence,
            Images = stored.Images,
            Asked = now,
            IsAskedNew = now is not null && now.Revision != stored.State.DeclaredRevision,
        };
    }

    private RolloutView View(RolloutResource resource) => View(resource, store.Read(resource.Key));

    private RolloutView View(RolloutResource resource, StoredRollout stored)
    {
        var now = time.GetUtcNow();
        return RolloutViews.From(resource, stored, live.Find(resource.Key), Judged(resource.Key, stored.State, now), windows.Look(resource, now), now);
    }

    private AnalysisObservation? Judged(RolloutKey key, RolloutState state, DateTimeOffset now) =>
        state.Phase.IsUnderWay() ? evidence.Observe(key, state, now) : null;
}

using CanaryController.Core.Analysis;
using CanaryController.Core.Approvals;
using CanaryController.Core.Rollouts;
using CanaryController.Core.Rollouts.Planning;
using CanaryController.Core.Traffic;

namespace CanaryController.Core.Tests.Rollouts.Walk;

/// <summary>All that may be seen of a state, on the walk's bounds: whatever the router, the instances, the evidence, people, files and the clock may say.</summary>
internal static class WalkInputs
{
    private static readonly (int Size, int Ready)[] Canaries = [(0, 0), (2, 2), (4, 4), (4, 2), (4, 0)];

    private static readonly (int Size, int Ready)[] Stables = [(4, 0), (4, 1), (4, 2), (4, 3), (2, 1), (8, 4), (0, 0)];

    /// <summary>An autoscaler gives the workload less than it had.</summary>
    private const int Autoscaled = 2;

    private static readonly Verdict?[] Verdicts = [Verdict.Passed, Verdict.Inconclusive, Verdict.Failed, null];

    public static IEnumerable<RolloutObservation> Of(RolloutSpec spec, RolloutState? state)
    {
        foreach (var now in (DateTimeOffset[])[WalkBounds.Start, WalkBounds.Start + WalkBounds.Unit])
        {
            var routes = Routes(state);
            foreach (var (size, ready) in Canaries)
            {
                var workload = new WorkloadObservation(WalkBounds.Size, WalkBounds.Size, ready, size, spec.Workload is WorkloadKind.External);
                foreach (var verdict in Verdicts)
                {
                    yield return Well(spec, state, now, routes[0]) with { Workload = workload, Analysis = Evidence(spec, state, verdict) };
                }

                foreach (var route in routes.Skip(1))
                {
                    yield return Well(spec, state, now, route) with { Workload = workload };
                }
            }

            foreach (var seen in Single(spec, state, Well(spec, state, now, routes[0])))
            {
                yield return seen;
            }
        }
    }

    /// <summary>All is well, and the router says <paramref name="route"/>.</summary>
    public static RolloutObservation Well(RolloutSpec spec, RolloutState? state, DateTimeOffset now, RouteObservation route) => new()
    {
        Now = now,
        DeclaredRevision = state?.StableRevision is null ? "v1" : null,
        Route = route,
        Workload = new WorkloadObservation(WalkBounds.Size, WalkBounds.Size, WalkBounds.Size, WalkBounds.Size, spec.Workload is WorkloadKind.External),
        Analysis = Evidence(spec, state, Verdict.Passed),
        Gates = Specs.Answers(state, Specs.AllPass),
    };

    private static IEnumerable<RolloutObservation> Single(RolloutSpec spec, RolloutState? state, RolloutObservation well)
    {
        var silent = new RouteObservation(null, false, "connection refused.");
        var weak = well.Workload with { StableReady = 1 };
        foreach (var (size, ready) in Stables)
        {
            yield return well with { Workload = well.Workload with { StableSize = size, StableReady = ready } };
            yield return well with
            {
                Workload = well.Workload with { StableSize = size, StableReady = ready },
                Analysis = Evidence(spec, state, Verdict.Failed),
            };
        }

        foreach (var (size, ready) in Canaries)
        {
            var workload = well.Workload with { StableSize = Autoscaled, StableReady = Autoscaled, MaxSize = Autoscaled, CanarySize = size, CanaryReady = ready };
            yield return well with { Workload = workload };
        }

        foreach (var command in Commands(state))
        {
            yield return well with { Command = command };
            if (command is { Action: RolloutAction.Approve, Revision: not null, Identity: not { Name: "ann", Source: ApproverSource.Kubernetes } })
            {
                // Who answers and what the router says decide nothing together.
                continue;
            }

            yield return well with { Command = command, Route = silent };
            if (command.Action is RolloutAction.Skip or RolloutAction.Promote or RolloutAction.Approve or RolloutAction.Resume)
            {
                yield return well with { Command = command, Analysis = Evidence(spec, state, Verdict.Inconclusive) };
                yield return well with { Command = command, Workload = well.Workload with { CanarySize = 0, CanaryReady = 0 } };
            }
        }

        foreach (var declared in (string[])["v1", "v2", "v3"])
        {
            yield return well with { DeclaredRevision = declared };
            if (spec.Steps.Count > 2)
            {
                yield return well with { DeclaredRevision = declared, Authors = ["ann"] };
                yield return well with { DeclaredRevision = declared, Workload = well.Workload with { StableSize = 0, StableReady = 0 } };
            }
        }

        // Windows know no steps: the shorter plan shows all that they do.
        foreach (var seen in spec.Steps.Count > 2 ? [] : Closed(spec, state, well))
        {
            yield return seen;
        }

        yield return well with { Deleted = true };
        yield return well with { Deleted = true, Route = silent };
        yield return well with { Deleted = true, Route = well.Route with { Accepted = false } };
        yield return well with { Deleted = true, Workload = weak };
        yield return well with { Released = true };
        yield return well with { Analysis = Evidence(spec, state, Verdict.NoData) };
        yield return well with { ExternalAlarm = "The pager says so." };
        yield return well with { ExternalAlarm = "The pager says so.", DeclaredRevision = "v3" };
        foreach (var gates in Gates(state, well.Gates))
        {
            yield return well with { Gates = gates };
        }

        yield return well with { Workload = well.Workload with { HandedOver = true } };
        if (state is { CanaryRevision: not null } && well.Analysis is { } analysis)
        {
            yield return well with { Analysis = analysis with { StepIndex = state.StepIndex + 1 } };
            yield return well with { Analysis = analysis with { Attempt = state.Attempt + 1, Metrics = [Specs.Judge("success-rate", Verdict.Failed)] } };
            yield return well with { Analysis = analysis with { Revision = "v9", Metrics = [Specs.Judge("success-rate", Verdict.Failed)] } };
            yield return well with { Analysis = analysis with { CanaryRequestsInStep = 99 } };
            yield return well with { Analysis = analysis with { Metrics = [] } };
        }
    }

    /// <summary>A window is closed, or there are too many rollouts under way, whatever else may happen.</summary>
    private static IEnumerable<RolloutObservation> Closed(RolloutSpec spec, RolloutState? state, RolloutObservation well)
    {
        var closed = well with { Window = new WindowObservation("FreezeWindow f", "closed by FreezeWindow f.", well.Now.AddDays(1)) };
        foreach (var (size, ready) in Canaries)
        {
            yield return closed with { Workload = well.Workload with { CanarySize = size, CanaryReady = ready } };
        }

        foreach (var route in Routes(state))
        {
            yield return closed with { Route = route };
        }

        foreach (var verdict in Verdicts)
        {
            yield return closed with { Analysis = Evidence(spec, state, verdict) };
        }

        foreach (var command in Commands(state).Where(command => command is not { Action: RolloutAction.Approve, Identity: not { Name: "ann", Source: ApproverSource.Kubernetes } }))
        {
            yield return closed with { Command = command };
        }

        foreach (var declared in (string[])["v1", "v2", "v3"])
        {
            yield return closed with { DeclaredRevision = declared };
            yield return well with { DeclaredRevision = declared, StartLimit = "3 of 3 rollouts are under way." };
        }

        yield return closed with { Command = new RolloutCommand { Id = "1", Action = RolloutAction.BreakGlass, Actor = "ann", Comment = "because" } };
        yield return well with { StartLimit = "3 of 3 rollouts are under way." };
        yield return well with { StartLimit = "3 of 3 rollouts are under way.", Command = new RolloutCommand { Id = "1", Action = RolloutAction.Retry, Actor = "ann" } };
        yield return closed with { ExternalAlarm = "The pager says so." };
        yield return closed with { Deleted = true };
        yield return closed with { Workload = well.Workload with { StableReady = 1 }, Analysis = Evidence(spec, state, Verdict.Failed) };
    }

    /// <summary>Nobody answers; one does not, or refuses, or demands the rollback; and answers that are another revision's, attempt's, step's or gate's.</summary>
    private static IEnumerable<EquatableArray<GateObservation>> Gates(RolloutState? state, EquatableArray<GateObservation> well)
    {
        yield return [];
        if (state?.CanaryRevision is not { } revision)
        {
            yield break;
        }

        foreach (var (step, gate) in state.Plan.SelectMany((step, index) => step.Gates.Select(gate => (index, gate))))
        {
            GateObservation[] others = [.. well.Where(one => (one.StepIndex, one.Name) != (step, gate.Name))];
            var refusal = new GateObservation(revision, state.Attempt, step, gate.Name, GateStatus.Failed, "no.");
            yield return [.. others];
            yield return [.. others, refusal with { Status = GateStatus.Pending }];
            yield return [.. others, refusal];
        }

        yield return [.. well.Select(one => one with { Revision = "v9" })];
        yield return [.. well.Select(one => one with { Attempt = one.Attempt + 1 })];
        yield return [.. well.Select(one => one with { StepIndex = one.StepIndex + 1 })];
        yield return [.. well, .. well.Select(one => one with { Attempt = one.Attempt - 1, Status = GateStatus.Failed }), new GateObservation(revision, state.Attempt, 0, "unknown", GateStatus.Failed, "no.")];
    }

    /// <summary>Taken up; not known; something else; not accepted yet; stable only.</summary>
    private static RouteObservation[] Routes(RolloutState? state)
    {
        var wanted = state is null ? null : Splits.Wanted(state);
        return
        [
            new RouteObservation(wanted ?? TrafficSplit.AllTo("v1"), true, null),
            new RouteObservation(null, false, "connection refused."),
            new RouteObservation(new TrafficSplit(state?.StableRevision ?? "v1", state?.CanaryRevision ?? "v2", CanaryWeight.FromBasisPoints(1), []), true, null),
            new RouteObservation(wanted ?? TrafficSplit.AllTo("v2"), wanted is null, null),
            new RouteObservation(TrafficSplit.AllTo(state?.StableRevision ?? "v1"), true, null),
        ];
    }

    private static IEnumerable<RolloutCommand> Commands(RolloutState? state)
    {
        foreach (var action in Enum.GetValues<RolloutAction>())
        {
            var plain = new RolloutCommand { Id = "1", Action = action, Actor = "ann" };
            if (action is RolloutAction.Start or RolloutAction.Undo)
            {
                yield return plain with { Revision = "v1" };
                yield return plain with { Revision = "v2" };
                yield return plain with { Revision = "v3" };
            }
            else
            {
                yield return plain;
            }
        }

        yield return new RolloutCommand { Id = "1", Action = RolloutAction.Undo, Actor = "ann" };
        yield return new RolloutCommand { Id = "1", Action = RolloutAction.Promote, Actor = "ann", Revision = "v9" };
        yield return new RolloutCommand { Id = "1", Action = RolloutAction.Approve, Actor = "ann", StepIndex = (state?.StepIndex ?? 0) + 1 };
        yield return new RolloutCommand { Id = "1", Action = RolloutAction.Abort, Actor = "ann", Attempt = (state?.Attempt ?? 0) + 1 };
        if (state is not null)
        {
            yield return Approval(state, "ann");
            yield return Approval(state, "bob");
            yield return Approval(state, "eve");
            yield return Approval(state, "ann") with { Identity = null };
            yield return Approval(state, "ann") with { Identity = new ApproverIdentity(ApproverSource.Webhook, "ann") };
            yield return Approval(state, "ann") with { Revision = "v9" };
        }
    }

    /// <summary>An approval of what is there, by somebody whom the cluster knows.</summary>
    public static RolloutCommand Approval(RolloutState state, string user) => new()
    {
        Id = "1",
        Action = RolloutAction.Approve,
        Revision = state.CanaryRevision,
        StepIndex = state.StepIndex,
        Actor = user,
        Identity = new ApproverIdentity(ApproverSource.Kubernetes, user),
    };

    private static AnalysisObservation? Evidence(RolloutSpec spec, RolloutState? state, Verdict? verdict) =>
        state is not null && verdict is { } value ? Specs.Judgements(spec, state, value, 100) : null;
}

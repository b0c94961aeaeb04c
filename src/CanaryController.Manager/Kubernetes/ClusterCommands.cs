using System.Text.Json.Nodes;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Admission.Commands;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Commands come as RolloutCommand and Approval objects, and over the API. What became of each stands in the Rollout's status, written with the decision: that is the truth, so a command is
/// carried out once. An object's own status is derived from it, and repaired after a crash. Those of the API wait in memory until they are decided: whoever sent one gets no
/// answer before, and sends it again with the same id.
/// </summary>
internal sealed class ClusterCommands(
    IKubeApi api, IObjectCache<RolloutCommandObject> commands, IObjectCache<ApprovalObject> approvals, IObjectCache<RolloutObject> rollouts, CommandTrust trust) : ICommands
{
    private const int MaxWaiting = 1_000;

    /// <summary>How many commands may be answered in the Rollout's status and not in their own. Less than the status keeps: none of them is ever forgotten, and carried out again.</summary>
    private const int MaxUnsettled = RolloutStatus.MaxCommands / 2;

    /// <summary>How many commands are answered in one call.</summary>
    private const int MaxSettled = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<RolloutKey, Queue<StoredCommand>> _waiting = [];
    private readonly Dictionary<string, StoredCommand> _byId = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<StoredCommand> AddAsync(RolloutKey key, RolloutCommand command, DateTimeOffset at, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (Find(command.Id) is { } before)
            {
                return Task.FromResult(before);
            }

            if (_byId.Count >= MaxWaiting)
            {
                throw new StoreUnavailableException($"{MaxWaiting} commands wait already; try again in a moment.");
            }

            var stored = new StoredCommand(key, command, at, null);
            _byId[command.Id] = stored;
            if (!_waiting.TryGetValue(key, out var queue))
            {
                _waiting[key] = queue = new();
            }

            queue.Enqueue(stored);
            return Task.FromResult(stored);
        }
    }

    /// <inheritdoc/>
    public StoredCommand? Find(string id)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(id, out var waiting))
            {
                return waiting;
            }
        }

        foreach (var rollout in rollouts.All)
        {
            if (rollout.Status is { } status && status.Commands.FirstOrDefault(record => record.Id == id) is { } record)
            {
                return new(rollout.Key, ToCommand(record), record.At, new(record.Status, record.Message));
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<CommandView> Audit(RolloutKey key, int limit) =>
    [
        .. (rollouts.Find(new(key.Namespace, key.Name))?.Status?.Commands ?? []).Reverse().Take(limit).Select(HistoryViews.Command),
    ];

    /// <summary>The oldest command that was not decided about, and who asked; the API's first, because somebody waits for those.</summary>
    public RolloutCommand? Next(RolloutKey key)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(key, out var queue) && queue.TryPeek(out var waiting))
            {
                return waiting.Command;
            }
        }

        return CountUnsettled(key) < MaxUnsettled ? Open(key).Select(Judge).OfType<CommandStanding.Counts>().FirstOrDefault()?.Command : null;
    }

    /// <summary>What became of a command, for the audit trail.</summary>
    public CommandRecord? Record(RolloutKey key, CommandAnswer answer, DateTimeOffset at)
    {
        RolloutCommand? command;
        lock (_gate)
        {
            command = _byId.GetValueOrDefault(answer.CommandId)?.Command;
        }

        command ??= Find(key, answer.CommandId) is { } found ? Believed(found) : null;
        return command is null ? null : new()
        {
            Id = command.Id,
            Action = command.Action,
            Actor = command.Actor,
            At = at,
            Revision = command.Revision,
            Step = command.StepIndex + 1,
            Reason = command.Comment,
            Via = command.Identity?.Source,
            Status = answer.Result.Status,
            Message = answer.Result.Message,
        };
    }

    /// <summary>Called once the answer stands in the Rollout's status, or nobody will decide about it.</summary>
    public void Answered(RolloutKey key, string commandId)
    {
        lock (_gate)
        {
            _byId.Remove(commandId);
            if (_waiting.TryGetValue(key, out var queue) && queue.TryPeek(out var first) && first.Command.Id == commandId)
            {
                queue.Dequeue();
                if (queue.Count == 0)
                {
                    _waiting.Remove(key);
                }
            }
        }
    }

    /// <summary>
    /// Writes what became of a rollout's commands into their own status, and refuses those that are none, be there such a rollout or not. What fails now is done with the next decision; true
    /// when all of it is done.
    /// </summary>
    public async Task<bool> SettleAsync(RolloutKey key, CancellationToken cancellation)
    {
        var done = true;
        var records = rollouts.Find(new(key.Namespace, key.Name))?.Status?.Commands ?? [];
        var written = 0;
        foreach (var open in By(CommandObject.KeyOf(key)).Where(each => !each.IsDone))
        {
            var status = open.Command is { } command && records.FirstOrDefault(record => record.Id == command.Id) is { } record ? Of(record)
                : Judge(open) is CommandStanding.Refused refused ? new RolloutCommandStatus { Phase = CommandPhase.Refused, Message = $"This is not carried out: {refused.Why}." }
                : null;
            if (status is null)
            {
                continue;
            }

            if (++written > MaxSettled)
            {
                return false;
            }

            done &= await WriteAsync(open, status, cancellation);
        }

        return done;
    }

    /// <summary>Answers commands that nothing is decided about.</summary>
    public async Task RefuseAsync(RolloutKey key, CommandAnswer answer, DateTimeOffset at, CancellationToken cancellation)
    {
        if (Find(key, answer.CommandId) is { } open && !await WriteAsync(open, RolloutCommandStatus.Of(answer.Result, Believed(open).Actor, at), cancellation))
        {
            throw new StoreUnavailableException($"The command {open.Meta.Name} could not be answered.");
        }

        Answered(key, answer.CommandId);
    }

    private CommandObject? Find(RolloutKey key, string id) => By(CommandObject.KeyOf(key)).FirstOrDefault(each => each.Command?.Id == id);

    private CommandStanding Judge(CommandObject command) => trust.Judge(command, command.Stamp is { } stamp ? By(CommandObject.KeyOf(stamp)) : []);

    /// <summary>One that was handed out, from whom it is; should the stamps' key have gone since, from nobody known.</summary>
    private RolloutCommand Believed(CommandObject command) =>
        Judge(command) is CommandStanding.Counts counts ? counts.Command : command.Command! with { Actor = RolloutCommandResource.UnknownActor };

    private int CountUnsettled(RolloutKey key)
    {
        var records = rollouts.Find(new(key.Namespace, key.Name))?.Status?.Commands ?? [];
        return By(CommandObject.KeyOf(key)).Count(each => !each.IsDone && records.Any(record => record.Id == each.Command?.Id));
    }

    private IEnumerable<CommandObject> Open(RolloutKey key)
    {
        var records = rollouts.Find(new(key.Namespace, key.Name))?.Status?.Commands ?? [];
        return By(CommandObject.KeyOf(key))
            .Where(each => !each.IsDone && !each.Meta.IsDeleting && !records.Any(record => record.Id == each.Command?.Id))
            .OrderBy(each => each.Meta.CreatedAt).ThenBy(each => each.Meta.Name.Name, StringComparer.Ordinal);
    }

    private async Task<bool> WriteAsync(CommandObject open, RolloutCommandStatus status, CancellationToken cancellation)
    {
        var patch = JsonPatch.At(open.Meta.ResourceVersion).Add("/status", JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(status, RolloutStatusJson.Default.RolloutCommandStatus)));
        var answer = await api.PatchAsync(open.Kind, open.Meta.Name, patch, cancellation, "status");
        if (answer.Body is { } body)
        {
            Put(open, body);
        }
        else if (answer.Outcome is KubeOutcome.NotFound)
        {
            Remove(open);
        }

        return answer.Outcome is KubeOutcome.Done or KubeOutcome.NotFound;
    }

    private IReadOnlyList<CommandObject> By(string key) => [.. commands.By(key), .. approvals.By(key)];

    private void Put(CommandObject open, JsonObject body)
    {
        if (open is ApprovalObject)
        {
            approvals.Put(body.Project(ApprovalObject.Project));
        }
        else
        {
            commands.Put(body.Project(RolloutCommandObject.Project));
        }
    }

    private void Remove(CommandObject open)
    {
        if (open is ApprovalObject)
        {
            approvals.Remove(open.Meta.Name, open.Meta.Uid);
        }
        else
        {
            commands.Remove(open.Meta.Name, open.Meta.Uid);
        }
    }

    private static RolloutCommandStatus Of(CommandRecord record) => RolloutCommandStatus.Of(new(record.Status, record.Message), record.Actor, record.At);

    private static RolloutCommand ToCommand(CommandRecord record) => new()
    {
        Id = record.Id,
        Action = record.Action,
        Actor = record.Actor,
        Revision = record.Revision,
        StepIndex = record.Step - 1,
        Comment = record.Reason,
    };
}

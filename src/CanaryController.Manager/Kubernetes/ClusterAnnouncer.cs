using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Rollouts;
using MediatR;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Tells stored transitions to the listeners inside this process and as Events, in order, beside the loop. An Event's name holds the rollout's uid and the transition's sequence, so that
/// telling one again after a crash changes nothing. What cannot be told within a few tries is dropped and counted in the log: the status has it all the same.
/// </summary>
internal sealed partial class ClusterAnnouncer(
    IKubeApi api, IMediator mediator, ClusterEventLog log, TimeProvider time, ILogger<ClusterAnnouncer> logger) : BackgroundService, ITransitionSignal, IClusterEvents
{
    /// <summary>How old a transition may be that is told once more by a process that starts: older ones were told by the one before.</summary>
    public static readonly TimeSpan RetoldAge = TimeSpan.FromMinutes(2);

    private const int Capacity = 20_000;
    private const int Tries = 5;
    private const int MaxMessageChars = 1_000;
    private static readonly TimeSpan FirstRest = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Announcement> _queue = Channel.CreateBounded<Announcement>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Nothing to do: what was added is on its way.</summary>
    public void Signal()
    {
    }

    /// <summary>Tells transitions that were stored just now.</summary>
    public void Add(RolloutObject rollout, EquatableArray<Transition> transitions)
    {
        foreach (var transition in transitions)
        {
            Queue(new(Subject.Of(rollout), transition, null, IsNew: true));
        }
    }

    /// <summary>Tells the Events of a rollout's last transitions again: the process that stored them may have died before.</summary>
    public void Retell(RolloutObject rollout)
    {
        foreach (var transition in (rollout.Status?.Transitions ?? []).Where(each => each.At > time.GetUtcNow() - RetoldAge))
        {
            Queue(new(Subject.Of(rollout), transition, null, IsNew: false));
        }
    }

    /// <inheritdoc/>
    public void Report(RolloutObject rollout, ClusterEvent happened) => Queue(new(Subject.Of(rollout), null, happened, IsNew: true));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var announcement in _queue.Reader.ReadAllAsync(stoppingToken))
            {
                await TellAsync(announcement, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left stands in the statuses; the next process tells it.
        }
    }

    private void Queue(Announcement announcement)
    {
        if (!_queue.Writer.TryWrite(announcement))
        {
            Dropped(logger, announcement.Subject.Name, "too many wait");
        }
    }

    private async Task TellAsync(Announcement announcement, CancellationToken stopping)
    {
        if (announcement is { IsNew: true, Transition: { } transition })
        {
            var stored = log.Add(new(announcement.Subject.Name.Namespace, announcement.Subject.Name.Name), transition);
            await mediator.Publish(new RolloutTransitioned(stored.ToEvent()), stopping);
        }
        else if (announcement.Transition is { } before)
        {
            await mediator.Publish(new RolloutRetold(new StoredTransition(0, new(announcement.Subject.Name.Namespace, announcement.Subject.Name.Name), before).ToEvent()), stopping);
        }

        var body = Body(announcement);
        for (var (tried, rest) = (1, FirstRest); ; tried++, rest *= 2)
        {
            var answer = await api.CreateAsync(ObjectKind.Event, announcement.Subject.Name.Namespace, body, stopping);
            if (answer.Outcome is KubeOutcome.Done or KubeOutcome.AlreadyExists or KubeOutcome.NamespaceTerminating)
            {
                return;
            }

            if (tried == Tries || answer.Outcome is not KubeOutcome.Unavailable)
            {
                Dropped(logger, announcement.Subject.Name, answer.Problem);
                return;
            }

            await Task.Delay(rest, time, stopping);
        }
    }

    private JsonObject Body(Announcement announcement)
    {
        var (subject, transition) = (announcement.Subject, announcement.Transition);
        var (reason, message, isWarning) = transition is not null
            ? (transition.Reason.ToString(), transition.Message, IsWarning(transition))
            : (announcement.Happened!.Reason, announcement.Happened.Message, announcement.Happened.IsWarning);
        var id = transition is not null ? $"{transition.Sequence}" : Short($"{reason}{message}{time.GetUtcNow():O}");
        var at = (transition?.At ?? time.GetUtcNow()).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["namespace"] = subject.Name.Namespace, ["name"] = $"{subject.Name.Name}.{Short(subject.Uid)}.{id}" },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = ObjectKind.Rollout.ApiVersion,
                ["kind"] = ObjectKind.Rollout.Kind,
                ["namespace"] = subject.Name.Namespace,
                ["name"] = subject.Name.Name,
                ["uid"] = subject.Uid,
                ["resourceVersion"] = subject.ResourceVersion,
            },
            ["type"] = isWarning ? "Warning" : "Normal",
            ["reason"] = reason,
            ["message"] = message.Length > MaxMessageChars ? message[..MaxMessageChars] : message,
            ["source"] = new JsonObject { ["component"] = Marks.FieldManager },
            ["reportingComponent"] = Marks.FieldManager,
            ["firstTimestamp"] = at,
            ["lastTimestamp"] = at,
            ["count"] = 1,
        };
    }

    private static bool IsWarning(Transition transition) =>
        transition.To is RolloutPhase.Aborting or RolloutPhase.Aborted && transition.Reason is not (RolloutReason.Superseded or RolloutReason.Deleted or RolloutReason.Released or RolloutReason.Reverted);

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];

    [LoggerMessage(EventId = 1601, Level = LogLevel.Warning, Message = "An Event of {Rollout} was dropped: {Problem}")]
    private static partial void Dropped(ILogger logger, ObjectName rollout, string? problem);

    private sealed record Announcement(Subject Subject, Transition? Transition, ClusterEvent? Happened, bool IsNew);

    private sealed record Subject(ObjectName Name, string Uid, string ResourceVersion)
    {
        public static Subject Of(RolloutObject rollout) => new(rollout.Meta.Name, rollout.Meta.Uid, rollout.Meta.ResourceVersion);
    }
}

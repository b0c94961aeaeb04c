using System.Collections.Concurrent;
using CanaryController.Core;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Notifications;

/// <summary>Says which channels hear of a transition: those of the rollout, and where approvers are asked those of the approval. Reads memory only.</summary>
internal sealed class NotificationRoutes(IRolloutResources resources, IRolloutStore store)
{
    private const int MaxRemembered = 20_000;

    private readonly ConcurrentDictionary<RolloutKey, EquatableArray<string>> _last = new();

    /// <summary>A transition as a notification.</summary>
    public static Notification Of(RolloutEvent transition) => new()
    {
        Id = $"{transition.Namespace}_{transition.Name}_{transition.Sequence}_{transition.At.ToUnixTimeMilliseconds()}",
        Kind = NotificationEvents.Of(transition.From, transition.To, transition.Reason),
        Rollout = new(transition.Namespace, transition.Name),
        At = transition.At,
        // What a stream calls it is another number for each process.
        Transition = transition with { Id = 0 },
    };

    /// <summary>What is to be told of <paramref name="notification"/>, and where; not stored yet.</summary>
    public IReadOnlyList<PendingDelivery> Deliveries(Notification notification, DateTimeOffset now)
    {
        var key = notification.Rollout;
        var own = OwnChannels(key);
        var asked = Asked(notification);
        return
        [
            .. own.Concat(asked).Distinct(StringComparer.Ordinal)
                .Select(channel => new PendingDelivery(0, new(key.Namespace, channel), now, notification) { IsAsked = asked.Contains(channel) }),
        ];
    }

    /// <summary>The last transitions of a rollout may be announced when it is forgotten already: what it said last counts.</summary>
    private EquatableArray<string> OwnChannels(RolloutKey key)
    {
        if (resources.Find(key)?.Spec is not { } spec)
        {
            return _last.GetValueOrDefault(key);
        }

        return Keep(key, spec.Channels);
    }

    private EquatableArray<string> Keep(RolloutKey key, EquatableArray<string> channels)
    {
        if (channels.IsEmpty)
        {
            _last.TryRemove(key, out _);
            return channels;
        }

        if (_last.Count >= MaxRemembered)
        {
            _last.Clear();
        }

        _last[key] = channels;
        return channels;
    }

    private EquatableArray<string> Asked(Notification notification) =>
        notification.Transition is { Step: > 0 } transition && (transition.To is RolloutPhase.WaitingApproval || transition.From is RolloutPhase.WaitingApproval)
        && store.Read(notification.Rollout).State.Plan is { } plan && transition.Step <= plan.Count
            ? plan[transition.Step - 1].Approval?.Channels ?? []
            : [];
}

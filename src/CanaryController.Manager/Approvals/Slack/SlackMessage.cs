using CanaryController.Resources;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>The message that shows a rollout in a channel.</summary>
/// <param name="Channel">Slack's id of the channel.</param>
/// <param name="Ts">Slack's id of the message in it.</param>
/// <param name="Revision">The revision that it shows.</param>
/// <param name="Since">The sequence of the transition by which it was posted: a later attempt has a message of its own.</param>
internal sealed record SlackMessage(string Channel, string Ts, string Revision, long Since);

/// <summary>Remembers the messages over a restart, so that they are brought up to date in their place.</summary>
internal interface ISlackMessages
{
    /// <summary>The last message of a rollout in a NotificationChannel; null when none is known.</summary>
    SlackMessage? Find(RolloutKey rollout, string channel);

    /// <summary>Remembers one.</summary>
    /// <exception cref="Rollouts.StoreUnavailableException">It could not be stored; it is known until the process ends.</exception>
    Task KeepAsync(RolloutKey rollout, string channel, SlackMessage message, CancellationToken cancellation);
}

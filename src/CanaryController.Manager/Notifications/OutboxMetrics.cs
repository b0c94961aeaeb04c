using Prometheus;

namespace CanaryController.Manager.Notifications;

/// <summary>The outbox's metrics. No label names a rollout or a channel.</summary>
internal sealed class OutboxMetrics(IMetricFactory factory)
{
    private readonly Counter _delivered = factory.CreateCounter("canary_notifications_delivered_total", "Notifications that a channel took.");

    private readonly Counter _retried = factory.CreateCounter("canary_notifications_retried_total", "Tries to tell a channel after which it is tried again.");

    private readonly Counter _dead = factory.CreateCounter(
        "canary_notifications_dead_total", "Notifications that were given up; reason is Refused (the channel does not want it), Expired (tried for outbound.retryFor) or Full (too many wait).", ["reason"]);

    private readonly Gauge _pending = factory.CreateGauge("canary_notifications_pending", "Notifications that wait to be told.");

    /// <summary>A channel took one.</summary>
    public void Delivered() => _delivered.Inc();

    /// <summary>One is tried again.</summary>
    public void Retried() => _retried.Inc();

    /// <summary>One was given up.</summary>
    public void Dead(DeadReason reason) => _dead.WithLabels(reason.ToString()).Inc();

    /// <summary>That many wait.</summary>
    public void ShowPending(int count) => _pending.Set(count);
}

/// <summary>Why a notification was given up.</summary>
internal enum DeadReason
{
    /// <summary>The channel does not want it.</summary>
    Refused,

    /// <summary>It was tried for as long as the configuration says.</summary>
    Expired,

    /// <summary>Too many wait.</summary>
    Full,
}

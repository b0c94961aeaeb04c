using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>Computes and writes a Deployment's status and its conditions.</summary>
internal sealed class DeploymentProgress(IObjectStore store, TimeProvider time, WorkQueue queue)
{
    private const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    private const string TimedOut = "ProgressDeadlineExceeded";
    private const string Paused = "DeploymentPaused";

    /// <summary>All wanted pods are updated and available, and no other pod is left.</summary>
    public static bool IsComplete(Deployment d, DeploymentStatus status) =>
        status.UpdatedReplicas == d.Replicas && status.Replicas == d.Replicas && status.AvailableReplicas == d.Replicas
        && status.ObservedGeneration >= d.Item.Generation();

    /// <summary>Says in the condition Progressing that the Deployment was paused or resumed; a rollout that had timed out stays so.</summary>
    public void SyncPausedCondition(Deployment d)
    {
        var condition = d.Status.Condition(DeploymentStatus.Progressing);
        var said = condition?.Reason == Paused;
        if (d.ProgressDeadlineSeconds is null || condition?.Reason == TimedOut || said == d.IsPaused)
        {
            return;
        }

        d.Status = d.Status.With(d.IsPaused
            ? New(DeploymentStatus.Progressing, "Unknown", Paused, "Deployment is paused")
            : New(DeploymentStatus.Progressing, "Unknown", "DeploymentResumed", "Deployment is resumed"));
        d.SaveStatus(store);
    }

    /// <summary>Writes the status of a Deployment that is not in a rollout: the condition Progressing stays as it is.</summary>
    public void SyncStatus(Deployment d, Revisions revisions)
    {
        var status = Compute(d, revisions);
        if (!status.SameAs(d.Status))
        {
            d.Status = status;
            d.SaveStatus(store);
        }
    }

    /// <summary>Writes the status in or after a rollout, with its progress.</summary>
    public void SyncRolloutStatus(Deployment d, Revisions revisions)
    {
        var status = Compute(d, revisions);
        var progressing = d.Status.Condition(DeploymentStatus.Progressing);
        if (d.ProgressDeadlineSeconds is null)
        {
            status = status.Without(DeploymentStatus.Progressing);
        }
        else if (status.Replicas != status.UpdatedReplicas || progressing?.Reason != NewReplicaSetAvailable)
        {
            status = Judge(d, status, progressing, revisions.New);
        }

        status = Failure(revisions) is { } failure ? status.With(failure) : status.Without(DeploymentStatus.ReplicaFailure);
        if (status.SameAs(d.Status))
        {
            LookAgainAtTheDeadline(d, status);
            return;
        }

        d.Status = status;
        d.SaveStatus(store);
    }

    private DeploymentStatus Judge(Deployment d, DeploymentStatus status, DeploymentCondition? progressing, ReplicaSet? @new)
    {
        var what = @new is null ? $"Deployment \"{d.Name}\"" : $"ReplicaSet \"{@new.Name}\"";
        if (IsComplete(d, status))
        {
            return status.With(New(DeploymentStatus.Progressing, "True", NewReplicaSetAvailable, $"{what} has successfully progressed."));
        }

        if (HasProgressed(d.Status, status))
        {
            var condition = New(DeploymentStatus.Progressing, "True", "ReplicaSetUpdated", $"{what} is progressing.");
            if (progressing?.Status == "True")
            {
                condition = condition with { TransitionedAt = progressing.TransitionedAt };
            }

            return status.Without(DeploymentStatus.Progressing).With(condition);
        }

        return HasTimedOut(d, status)
            ? status.With(New(DeploymentStatus.Progressing, "False", TimedOut, $"{what} has timed out progressing."))
            : status;
    }

    private static bool HasProgressed(DeploymentStatus before, DeploymentStatus now) =>
        now.UpdatedReplicas > before.UpdatedReplicas
        || now.Replicas - now.UpdatedReplicas < before.Replicas - before.UpdatedReplicas
        || now.ReadyReplicas > before.ReadyReplicas
        || now.AvailableReplicas > before.AvailableReplicas;

    private bool HasTimedOut(Deployment d, DeploymentStatus status) => status.Condition(DeploymentStatus.Progressing) switch
    {
        null => false,
        { Reason: NewReplicaSetAvailable } => false,
        { Reason: TimedOut } => true,
        var condition => Deadline(d, condition) < time.GetUtcNow(),
    };

    private static DateTimeOffset Deadline(Deployment d, DeploymentCondition condition) =>
        (ObjectFields.Time(condition.UpdatedAt) ?? DateTimeOffset.MinValue).AddSeconds(d.ProgressDeadlineSeconds ?? 0);

    /// <summary>Nothing moves any more: the deadline has to be noticed without a change. It also releases a stuck Recreate.</summary>
    private void LookAgainAtTheDeadline(Deployment d, DeploymentStatus status)
    {
        var progressing = d.Status.Condition(DeploymentStatus.Progressing);
        if (d.ProgressDeadlineSeconds is null || progressing is null || progressing.Reason == TimedOut || IsComplete(d, status))
        {
            return;
        }

        var left = Deadline(d, progressing) - time.GetUtcNow();
        var second = TimeSpan.FromSeconds(1);
        queue.AddAfter(DeploymentController.Key(d.Item), left < second ? second : left + second);
    }

    private DeploymentStatus Compute(Deployment d, Revisions revisions)
    {
        var all = revisions.All.ToList();
        var available = all.Available();
        var status = new DeploymentStatus
        {
            ObservedGeneration = d.Item.Generation(),
            Replicas = all.Actual(),
            UpdatedReplicas = revisions.New?.StatusReplicas ?? 0,
            ReadyReplicas = all.Ready(),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, all.Wanted() - available),
            CollisionCount = d.Status.CollisionCount,
            Conditions = d.Status.Conditions,
        };
        return status.With(available >= d.Replicas - d.MaxUnavailable
            ? New(DeploymentStatus.Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            : New(DeploymentStatus.Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."));
    }

    /// <summary>Why a ReplicaSet cannot make pods; the new one's reason first.</summary>
    private static DeploymentCondition? Failure(Revisions revisions)
    {
        IEnumerable<ReplicaSet> newFirst = revisions.New is { } @new ? [@new, .. revisions.Old] : revisions.Old;
        var failure = newFirst.SelectMany(rs => rs.Item.Items("status", "conditions")).FirstOrDefault(c => c.Text("type") == DeploymentStatus.ReplicaFailure);
        return failure is null ? null : Convert(failure);
    }

    private static DeploymentCondition Convert(JsonObject condition)
    {
        var at = condition.Text("lastTransitionTime") ?? "";
        return new(DeploymentStatus.ReplicaFailure, condition.Text("status") ?? "", condition.Text("reason") ?? "", condition.Text("message") ?? "", at, at);
    }

    private DeploymentCondition New(string type, string status, string reason, string message) => new(type, status, reason, message, time.Stamp(), time.Stamp());
}

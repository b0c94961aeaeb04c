using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;
using CanaryController.Resources.Reading;

namespace CanaryController.Manager.Kubernetes.Admission.Rollouts;

/// <summary>Checks channels by the rules of <c>canaryctl lint</c>: one that breaks them tells nobody. What is being deleted always passes.</summary>
internal sealed class NotificationChannelsHook : IAdmissionHook
{
    /// <inheritdoc/>
    public string Path => "/admission/notificationchannels";

    /// <inheritdoc/>
    public bool FailsOpen => false;

    /// <inheritdoc/>
    public bool ReadsCaches => false;

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        if (request.Kind != NotificationChannel.KindText || request.Operation is AdmissionOperation.Delete || request.Object.At("metadata", "deletionTimestamp") is not null)
        {
            return AdmissionAnswer.Unchanged;
        }

        var read = NotificationChannelReader.ReadServerObject(ServerText.Of(request.Object, ObjectKind.NotificationChannel));
        List<FieldProblem> errors = [.. read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error && !problem.Path.StartsWith("metadata", StringComparison.Ordinal))];
        return errors.Count > 0 ? new AdmissionAnswer.Denied(Sentences.Of($"The {request.Kind}", errors), errors) : AdmissionAnswer.Unchanged;
    }
}

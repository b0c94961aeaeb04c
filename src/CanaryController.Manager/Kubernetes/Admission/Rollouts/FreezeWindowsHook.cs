using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Admission.Rollouts;

/// <summary>Checks freezes by the rules of <c>canaryctl lint</c>: one that breaks them would hold up its whole namespace. What is being deleted always passes.</summary>
internal sealed class FreezeWindowsHook : IAdmissionHook
{
    /// <inheritdoc/>
    public string Path => "/admission/freezewindows";

    /// <inheritdoc/>
    public bool FailsOpen => false;

    /// <inheritdoc/>
    public bool ReadsCaches => false;

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request)
    {
        var isCluster = request.Kind == FreezeWindow.ClusterKindText;
        if ((!isCluster && request.Kind != FreezeWindow.KindText) || request.Operation is AdmissionOperation.Delete || request.Object.At("metadata", "deletionTimestamp") is not null)
        {
            return AdmissionAnswer.Unchanged;
        }

        var read = FreezeWindowReader.ReadServerObject(ServerText.Of(request.Object, isCluster ? ObjectKind.ClusterFreezeWindow : ObjectKind.FreezeWindow), isCluster);
        List<FieldProblem> errors = [.. read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error && !problem.Path.StartsWith("metadata", StringComparison.Ordinal))];
        return errors.Count > 0 ? new AdmissionAnswer.Denied(Sentences.Of($"The {request.Kind}", errors), errors) : AdmissionAnswer.Unchanged;
    }
}

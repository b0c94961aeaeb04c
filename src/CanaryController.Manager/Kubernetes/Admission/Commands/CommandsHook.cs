using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Kubernetes.Admission.Commands;

/// <summary>Stamps who creates a RolloutCommand or an Approval, whatever stamp was sent, and keeps the stamp on updates. What is no valid one is denied at once.</summary>
internal sealed class CommandsHook(Func<byte[]?> key, TimeProvider time) : IAdmissionHook
{
    private const string Annotations = "/metadata/annotations";

    private static readonly string StampPath = $"{Annotations}/{JsonPatch.Escape(Marks.StampAnnotation)}";

    /// <inheritdoc/>
    public string Path => "/admission/commands";

    /// <inheritdoc/>
    public bool FailsOpen => false;

    /// <inheritdoc/>
    public bool ReadsCaches => false;

    /// <summary>Makes it over the Secret.</summary>
    public static CommandsHook Over(AdmissionObjects objects, TimeProvider time) => new(() => objects.StampKey, time);

    /// <inheritdoc/>
    public AdmissionAnswer Decide(AdmissionRequest request) => request.Kind is not (RolloutCommandResource.KindText or ApprovalResource.KindText) ? AdmissionAnswer.Unchanged : request.Operation switch
    {
        AdmissionOperation.Create => Create(request),
        AdmissionOperation.Update => Update(request),
        AdmissionOperation.Delete => AdmissionAnswer.Unchanged,
    };

    private AdmissionAnswer Create(AdmissionRequest request)
    {
        var read = request.Kind == ApprovalResource.KindText ? ApprovalObject.Read(request.Object) : RolloutCommandObject.Read(request.Object);

        // The name may not be there yet, and metadata is the API server's to check.
        FieldProblem[] problems = [.. read.Problems.Where(problem => problem.Severity is ProblemSeverity.Error && !problem.Path.StartsWith("metadata", StringComparison.Ordinal))];
        if (problems.Length > 0)
        {
            return new AdmissionAnswer.Denied(Sentences.Of($"The {request.Kind}", problems), problems);
        }

        if (StampSubject.IsMislabelled(request.Object))
        {
            return new AdmissionAnswer.Denied($"The label {Marks.ActionLabel} says another action than spec.action: leave it out, or write the action in small letters.", []);
        }

        var stamp = CommandStamp.Make(
            key() ?? throw new CannotDecideException("the key for stamps is not known yet"), request.User, time.GetUtcNow(), request.Uid, StampSubject.Of(request));
        return new AdmissionAnswer.Allowed(Set(request, stamp.Write()), []);
    }

    private static AdmissionAnswer Update(AdmissionRequest request)
    {
        // A stamp may have come in unasked, on what the API server lets in while nobody answers: it is not worth more once label or spec are others.
        var isOther = StampSubject.IsMislabelled(request.OldObject) || StampSubject.HashOf(request.OldObject) != StampSubject.HashOf(request.Object);
        var before = isOther ? null : request.OldObject.Text("metadata", "annotations", Marks.StampAnnotation);
        var after = request.Object.At("metadata", "annotations", Marks.StampAnnotation);
        if (before is null)
        {
            return after is null ? AdmissionAnswer.Unchanged : new AdmissionAnswer.Allowed(new JsonPatch().Remove(StampPath), []);
        }

        return request.Object.Text("metadata", "annotations", Marks.StampAnnotation) == before ? AdmissionAnswer.Unchanged : new AdmissionAnswer.Allowed(Set(request, before), []);
    }

    private static JsonPatch Set(AdmissionRequest request, string stamp) => request.Object.At("metadata", "annotations") is null
        ? new JsonPatch().Add(Annotations, new JsonObject { [Marks.StampAnnotation] = stamp })
        : new JsonPatch().Add(StampPath, stamp);
}

using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>What a hook says.</summary>
internal abstract record AdmissionAnswer
{
    private AdmissionAnswer()
    {
    }

    /// <summary>Nothing to say.</summary>
    public static AdmissionAnswer Unchanged { get; } = new Allowed(null, []);

    /// <summary>The request goes on.</summary>
    /// <param name="Patch">What is changed in the object before it is stored, without a condition on its version; null = nothing.</param>
    /// <param name="Warnings">Shown to the user by kubectl and others, each at most 120 characters so that none is cut.</param>
    public sealed record Allowed(JsonPatch? Patch, IReadOnlyList<string> Warnings) : AdmissionAnswer;

    /// <summary>The request is refused, with everything that is wrong.</summary>
    /// <param name="Message">One sentence for people.</param>
    /// <param name="Problems">What is wrong where; may be empty.</param>
    public sealed record Denied(string Message, IReadOnlyList<FieldProblem> Problems) : AdmissionAnswer;
}

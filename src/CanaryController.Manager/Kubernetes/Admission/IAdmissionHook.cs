namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>
/// Decides about one kind of request before the API server stores it. Pure but for reading caches, and idempotent: the server asks again when another webhook changed the object, and for dry runs.
/// </summary>
internal interface IAdmissionHook
{
    /// <summary>Where the API server calls it, like <c>/admission/hold</c>.</summary>
    string Path { get; }

    /// <summary>Allows, changes or denies.</summary>
    AdmissionAnswer Decide(AdmissionRequest request);
}

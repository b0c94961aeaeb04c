namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>
/// Decides about one kind of request before the API server stores it. Pure but for reading caches, and idempotent: the server asks again when another webhook changed the object, and for dry runs.
/// Requests of the controller itself never come here.
/// </summary>
internal interface IAdmissionHook
{
    /// <summary>Where the API server calls it, like <c>/admission/hold</c>.</summary>
    string Path { get; }

    /// <summary>
    /// What happens when it cannot decide: true = the request is allowed with a warning, false = HTTP 500, so that the webhook's failurePolicy decides.
    /// </summary>
    bool FailsOpen => true;

    /// <summary>It decides by what the informers' caches hold, and cannot before they were read once.</summary>
    bool ReadsCaches => true;

    /// <summary>Allows, changes or denies.</summary>
    /// <exception cref="CannotDecideException">It cannot decide now.</exception>
    AdmissionAnswer Decide(AdmissionRequest request);
}

/// <summary>A hook cannot decide now; <see cref="IAdmissionHook.FailsOpen"/> says what follows.</summary>
/// <param name="why">Why, in a few words that may follow a colon, without a full stop.</param>
internal sealed class CannotDecideException(string why) : Exception(why);

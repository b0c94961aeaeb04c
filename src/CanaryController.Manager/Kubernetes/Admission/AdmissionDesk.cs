using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>
/// Hands a request to its hook. What holds for all hooks holds here: the controller's own requests are left alone, nothing is decided by caches that are not read, and a hook that fails
/// is no reason for an ordinary deploy to fail.
/// </summary>
internal sealed class AdmissionDesk(IEnumerable<IAdmissionHook> hooks, Informers informers, OwnIdentity self, ILogger<AdmissionDesk> logger)
{
    private readonly Dictionary<string, IAdmissionHook> _hooks = hooks.ToDictionary(hook => hook.Path, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _unable = new(StringComparer.Ordinal);

    /// <summary>The hook of a path; null when there is none.</summary>
    public IAdmissionHook? Find(string path) => _hooks.GetValueOrDefault(path);

    /// <summary>Its name in metrics and messages: <c>hold</c>.</summary>
    public static string NameOf(IAdmissionHook hook) => hook.Path[(hook.Path.LastIndexOf('/') + 1)..];

    /// <summary>The answer; null when there is none, and the webhook's failurePolicy decides.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary between hooks and users: an error of ours must not fail an ordinary request. It is logged.")]
    public (AdmissionOutcome Outcome, AdmissionAnswer? Answer, string? Why) Decide(IAdmissionHook hook, AdmissionRequest request)
    {
        if (self.User is { } own && own == request.User.Name)
        {
            return (AdmissionOutcome.Own, AdmissionAnswer.Unchanged, null);
        }

        if (WhyNot(hook) is { } why)
        {
            return Unable(hook, why);
        }

        try
        {
            var answer = hook.Decide(request);
            if (_unable.TryRemove(hook.Path, out _))
            {
                logger.DecidesAgain(NameOf(hook));
            }

            return (OutcomeOf(answer), answer, null);
        }
        catch (CannotDecideException cannot)
        {
            return Unable(hook, cannot.Message);
        }
        catch (Exception failure)
        {
            logger.HookFailed(NameOf(hook), request.Operation, request.Kind, request.Name, hook.FailsOpen ? "the request is allowed as it is" : "the webhook's failurePolicy decides", failure);
            return WithoutDecision(hook, "an error of its own, see the controller's log");
        }
    }

    /// <summary>A hook that would take the controller's requests for somebody else's could undo what it does itself.</summary>
    private string? WhyNot(IAdmissionHook hook) =>
        hook.FailsOpen && self.User is null ? "its own user name is not known yet"
        : hook.ReadsCaches && !informers.AreSynced ? "the cluster's objects are still being read"
        : null;

    private (AdmissionOutcome Outcome, AdmissionAnswer? Answer, string? Why) Unable(IAdmissionHook hook, string why)
    {
        if (_unable.TryAdd(hook.Path, true))
        {
            logger.CannotDecide(NameOf(hook), why);
        }

        return WithoutDecision(hook, why);
    }

    private static (AdmissionOutcome Outcome, AdmissionAnswer? Answer, string? Why) WithoutDecision(IAdmissionHook hook, string why) => hook.FailsOpen
        ? (AdmissionOutcome.Unable, new AdmissionAnswer.Allowed(null, [$"canary-controller did not check this ({NameOf(hook)}): {why}"]), why)
        : (AdmissionOutcome.Failed, null, why);

    private static AdmissionOutcome OutcomeOf(AdmissionAnswer answer) => answer switch
    {
        AdmissionAnswer.Denied => AdmissionOutcome.Denied,
        AdmissionAnswer.Allowed { Patch.Count: > 0 } => AdmissionOutcome.Changed,
        _ => AdmissionOutcome.Unchanged,
    };
}

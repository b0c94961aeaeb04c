using CanaryController.Manager.Kubernetes.Admission.Certificates;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>Whether this replica can answer the API server: the Service in front sends to ready ones only.</summary>
internal sealed class AdmissionReadiness(AdmissionObjects objects, ServingCertificate certificate, OwnIdentity self)
{
    /// <summary>Why it cannot, in a sentence or two; null when it can.</summary>
    public string? Problem
    {
        get
        {
            List<string> problems = [.. objects.Problems];
            if (self.User is null)
            {
                problems.Add(self.Problem ?? "Our own user name is being found.");
            }

            if (certificate.Current is null)
            {
                problems.Add("Admission has no certificate yet.");
            }

            if (objects.StampKey is null)
            {
                problems.Add($"The Secret {objects.SecretName} holds no key for stamps yet.");
            }

            return certificate.Current is not null && objects.StampKey is not null && self.User is not null ? null : string.Join(' ', problems);
        }
    }
}

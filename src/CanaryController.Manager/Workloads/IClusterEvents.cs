using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Workloads;

/// <summary>Tells people beside an object what was done to it.</summary>
internal interface IClusterEvents
{
    /// <summary>Reports <paramref name="reason"/> (UpperCamelCase) with one sentence. It never throws, and nothing waits for it.</summary>
    void Report(string reason, string message, ObjectKind kind, ObjectName name, string uid);
}

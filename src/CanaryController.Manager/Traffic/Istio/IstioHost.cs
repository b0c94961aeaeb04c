namespace CanaryController.Manager.Traffic.Istio;

/// <summary>A host as Istio's objects write it: <c>web</c>, <c>web.shop</c>, <c>web.shop.svc</c> and <c>web.shop.svc.cluster.local</c> are the same Service for an object in namespace shop.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Service">The Service; null when it is something else, like a host outside the cluster or a wildcard.</param>
/// <param name="Namespace">Its namespace; null when none is written, which means the object's own.</param>
internal readonly record struct IstioHost(string Text, string? Service, string? Namespace)
{
    private const string InCluster = "svc";

    /// <summary>Reads a host.</summary>
    public static IstioHost Read(string text)
    {
        var parts = text.Split('.', 4);
        return parts[0] is "" or "*" ? new(text, null, null)
            : parts.Length == 1 ? new(text, text, null)
            : parts.Length == 2 || parts[2] == InCluster ? new(text, parts[0], parts[1])
            : new(text, null, null);
    }

    /// <summary>It is this Service, for an object in <paramref name="own"/>.</summary>
    public bool Is(string ns, string service, string own) => Service == service && (Namespace ?? own) == ns;
}

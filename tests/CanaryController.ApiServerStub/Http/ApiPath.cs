namespace CanaryController.ApiServerStub.Http;

/// <summary>What a path under <c>/api</c> or <c>/apis</c> names.</summary>
internal sealed record ApiPath(string Group, string Version, string Plural, string Namespace, string Name, string Subresource)
{
    /// <summary>Null for what is no resource: discovery among others.</summary>
    public static ApiPath? Parse(string path)
    {
        var parts = path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToList();
        if (parts is ["api", var coreVersion, .. var core] && core.Count > 0)
        {
            return Resource("", coreVersion, core);
        }

        return parts is ["apis", var group, var version, .. var rest] && rest.Count > 0 ? Resource(group, version, rest) : null;
    }

    private static ApiPath? Resource(string group, string version, List<string> rest)
    {
        // namespaces/NAME/status and /finalize belong to the namespace itself.
        if (rest is ["namespaces", var ns, var plural, .. var below] && plural is not ("status" or "finalize"))
        {
            return below.Count > 2 ? null : new(group, version, plural, ns, below.ElementAtOrDefault(0) ?? "", below.ElementAtOrDefault(1) ?? "");
        }

        return rest.Count > 3 ? null : new(group, version, rest[0], "", rest.ElementAtOrDefault(1) ?? "", rest.ElementAtOrDefault(2) ?? "");
    }
}

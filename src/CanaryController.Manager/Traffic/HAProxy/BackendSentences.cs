using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>What people are told of a backend, one sentence each.</summary>
internal static class BackendSentences
{
    /// <summary>Why it cannot be said in terms of the two versions what the backend does; null when it can.</summary>
    public static string? Unknown(BackendVersions versions)
    {
        var name = versions.Backend.Name;
        var ours = versions.Stable.Concat(versions.Canary).ToList();
        return versions.Retired.FirstOrDefault(server => server.Weight > 0) is { } back
                ? $"Server '{back.Name}' of backend '{name}', which belongs to an earlier version, weighs {back.Weight} again, as after a reload."
            : ours.Count == 0 ? NoServer(versions.Backend, versions.StableName)
            : ours.All(server => server.Weight == 0) ? $"All servers of {Both(versions)} in backend '{name}' weigh 0."
            : null;
    }

    /// <summary>A version has no server.</summary>
    public static string NoServer(ProxyBackend backend, string version) =>
        $"Backend '{backend.Name}' has no server of {version}: a server belongs to the version that its name begins with, like {version}-1.";

    /// <summary>Weights say one thing and failing servers another, until they come back.</summary>
    public static string ByFailure(ProxyBackend backend) => $"Backend '{backend.Name}' divides its requests by the failure of servers, not by their weights.";

    /// <summary>The weights are those that were asked for, and no longer the right ones.</summary>
    public static string CameOrWent(ProxyBackend backend) => $"Servers of backend '{backend.Name}' came or went: their weights have to be computed anew.";

    /// <summary>A map leads requests where nobody asked for it.</summary>
    public static string Misled(ProxyBackend backend) => $"A map of backend '{backend.Name}' leads requests to a server that is none of the canary's, or fails: its entries are written again.";

    /// <summary>Somebody else's servers take requests; null when none do.</summary>
    public static string? Foreign(BackendVersions versions)
    {
        if (versions.OthersWeight == 0)
        {
            return null;
        }

        var first = versions.Others.First(server => server is { IsUsable: true, Weight: > 0 });
        return $"Server '{first.Name}' of backend '{versions.Backend.Name}' belongs to neither version and takes requests; servers like it weigh {versions.OthersWeight} together. "
            + "Take them out, or give them weight 0.";
    }

    /// <summary>The servers that take requests now cannot divide them as asked.</summary>
    public static string Unreached(BackendVersions versions, CanaryWeight wanted, double? share)
    {
        var (stable, canary) = (versions.Stable.Count(server => server.IsUsable), versions.Canary.Count(server => server.IsUsable));
        var real = share is { } part ? $"{part * 100:0.##} %" : "nothing";
        return $"{wanted} for {versions.CanaryName} cannot be reached in backend '{versions.Backend.Name}': with {canary} usable servers of it, {stable} of {versions.StableName} "
            + $"and weights of 0 to {ProxyCommand.MaxWeight} the nearest is {real}.";
    }

    private static string Both(BackendVersions versions) => versions.CanaryName is { } canary ? $"{versions.StableName} and {canary}" : versions.StableName;
}

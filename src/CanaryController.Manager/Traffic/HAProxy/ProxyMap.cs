using CanaryController.Core;
using CanaryController.Core.Traffic;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>
/// A map that a line of a backend asks with a header or cookie of each request, and whose entries name the server that gets it. It is known by its file's name: <c>shop.header.x-canary.map</c> is that of
/// backend <c>shop</c> for the header <c>x-canary</c>, <c>shop.cookie.tester.map</c> that for the cookie <c>tester</c>. It is the rollout's alone: whatever stands in it, a rollout wrote.
/// </summary>
/// <param name="Kind">What the line asks with.</param>
/// <param name="Name">The header's name, in lower case, or the cookie's.</param>
/// <param name="File">The map, as HAProxy names it.</param>
/// <param name="Entries">What stands in it, in order.</param>
internal sealed record ProxyMap(RequestMatchKind Kind, string Name, string File, EquatableArray<MapEntry> Entries)
{
    /// <summary>The line asks for what <paramref name="pick"/> picks by.</summary>
    public bool IsFor(RequestMatch pick) => pick.Kind == Kind && (Kind is RequestMatchKind.Header ? string.Equals(pick.Name, Name, StringComparison.OrdinalIgnoreCase) : pick.Name == Name);

    /// <summary>The name of the file for <paramref name="pick"/>.</summary>
    public static string FileOf(string backend, RequestMatch pick) => pick.Kind switch
    {
        RequestMatchKind.Header => $"{backend}.header.{pick.Name.ToLowerInvariant()}.map",
        RequestMatchKind.Cookie => $"{backend}.cookie.{pick.Name}.map",
    };
}

/// <summary>An entry of a map.</summary>
/// <param name="Reference">By which HAProxy knows it while it runs, like <c>0x55d52dd042e0</c>.</param>
/// <param name="Key">The value of the header or cookie.</param>
/// <param name="Server">The server that its requests go to.</param>
internal readonly record struct MapEntry(string Reference, string Key, string Server);

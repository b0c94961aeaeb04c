using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace CanaryController.Manager.Outbound;

/// <summary>An entry of <c>outbound.allow</c>: a host, all hosts below a domain, or a range of addresses.</summary>
/// <param name="Host">The host, in lower case; of a domain, what stands behind <c>*</c>, with its dot; null for a range.</param>
/// <param name="Range">The range; null for a host.</param>
internal sealed record AllowedTarget(string? Host, IPNetwork? Range)
{
    /// <summary>Reads an entry.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AllowedTarget? target)
    {
        target = ParseRange(text) is { } range ? new(null, range) : ParseHost(text.ToLowerInvariant()) is { } host ? new(host, null) : null;
        return target is not null;
    }

    /// <summary>Whether it names <paramref name="host"/>, which is in lower case and no address.</summary>
    public bool Names(string host) => Host is { } own && (own[0] == '.' ? host.EndsWith(own, StringComparison.Ordinal) && host.Length > own.Length : host == own);

    /// <summary>Whether <paramref name="address"/>, which is not an IPv4 address in the form of an IPv6 one, lies in its range.</summary>
    public bool Contains(IPAddress address) => Range is { } range && range.BaseAddress.AddressFamily == address.AddressFamily && range.Contains(address);

    private static IPNetwork? ParseRange(string text)
    {
        if (IPNetwork.TryParse(text, out var range))
        {
            return range;
        }

        // 1.2 and 0x7f.1 are addresses too to some parsers: here an address is written out.
        return IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || address.ToString() == text)
            ? new IPNetwork(address, address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)
            : null;
    }

    private static string? ParseHost(string text)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        var isName = Resources.Rules.Names.IsDnsSubdomain(name) && !char.IsAsciiDigit(name[name.LastIndexOf('.') + 1]);
        return !isName ? null : name.Length == text.Length ? text : text[1..];
    }
}

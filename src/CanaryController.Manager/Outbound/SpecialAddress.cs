using System.Net;
using System.Net.Sockets;

namespace CanaryController.Manager.Outbound;

/// <summary>
/// Addresses that no receiver of ours has, and that lead to what only this process can reach: itself, its link, the metadata of its cloud. IPv4 addresses inside of IPv6 ones count as what they lead to. Pure.
/// </summary>
internal static class SpecialAddress
{
    /// <summary>RFC 6890 and the clouds' own: metadata of Alibaba (100.100.100.200), Oracle (192.0.0.192), Azure (168.63.129.16), AWS (fd00:ec2::254), Google (fd20:ce::254), Oracle (fd00:c1::a9fe:a9fe) and Scaleway (fd00:42::42); all others use the link-local range.</summary>
    private static readonly IPNetwork[] _special =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32",
            "::/128", "::1/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:c1::a9fe:a9fe/128", "fd00:42::42/128",
            "2001::/32", "64:ff9b:1::/48", "100::/64",
        ]).Select(range => IPNetwork.Parse(range)),
    ];

    private static readonly IPNetwork _nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork _sixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork _compatible = IPNetwork.Parse("::/96");

    /// <summary>The address itself; an IPv4 address that is written as an IPv6 one as the former.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whether <paramref name="address"/> is such a one, or leads to one.</summary>
    public static bool Is(IPAddress address)
    {
        var plain = Plain(address);
        return IsListed(plain) || (Embedded(plain) is { } inner && IsListed(inner));
    }

    /// <summary>Whether <paramref name="range"/> is one address, or holds special ones alone. A wider one that happens to hold some was not written for them.</summary>
    public static bool Names(IPNetwork range) =>
        range.PrefixLength == (range.BaseAddress.AddressFamily is AddressFamily.InterNetwork ? 32 : 128)
        || Array.Exists(_special, special => special.PrefixLength <= range.PrefixLength && special.BaseAddress.AddressFamily == range.BaseAddress.AddressFamily && special.Contains(range.BaseAddress));

    private static bool IsListed(IPAddress address) => Array.Exists(_special, range => range.BaseAddress.AddressFamily == address.AddressFamily && range.Contains(address));

    /// <summary>The IPv4 address that a gateway of some kind would send to; null when there is none.</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
        {
            return null;
        }

        // Contains compares without the scope; a scope belongs to link-local addresses, which are listed.
        var bytes = address.GetAddressBytes();
        return _nat64.Contains(address) || _compatible.Contains(address) ? new IPAddress(bytes.AsSpan(12, 4))
            : _sixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : null;
    }
}

using System.Net;

namespace CanaryController.Manager.Outbound;

/// <summary>Says where requests may go. Pure.</summary>
internal sealed class OutboundPolicy(IReadOnlyList<AllowedTarget> allow)
{
    private const string Fix = "the operator allows hosts and ranges in the configuration (outbound.allow)";

    /// <summary>Why <paramref name="url"/> must not be called, as far as its text tells; null when that is left to the address.</summary>
    public string? Refusal(Uri url)
    {
        var host = HostOf(url);
        if (IPAddress.TryParse(host, out var address))
        {
            return Refusal(host, address);
        }

        return Names(host) || allow.Any(entry => entry.Range is not null) ? null : $"{host} is not allowed: {Fix}";
    }

    /// <summary>Why nothing may be sent to <paramref name="address"/>, which <paramref name="host"/> has; null when it may.</summary>
    public string? Refusal(string host, IPAddress address)
    {
        var (plain, isSpecial) = (SpecialAddress.Plain(address), SpecialAddress.Is(address));
        if (allow.Any(entry => entry.Contains(plain) && (!isSpecial || SpecialAddress.Names(entry.Range!.Value))))
        {
            return null;
        }

        if (isSpecial)
        {
            return $"{host} leads to a loopback, link-local, metadata or other special address, which is refused: {Fix}, and such an address only when it stands there itself";
        }

        return Names(host) ? null : $"{host} is not allowed: {Fix}";
    }

    /// <summary>A host as it is compared: in lower case, as DNS asks for it, without a dot at its end and without brackets.</summary>
    public static string HostOf(Uri url) => url.IdnHost.ToLowerInvariant().TrimEnd('.').Trim('[', ']');

    private bool Names(string host) => allow.Any(entry => entry.Names(host.ToLowerInvariant().TrimEnd('.')));
}

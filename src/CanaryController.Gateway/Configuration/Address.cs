using System.Net;

namespace CanaryController.Gateway.Configuration;

/// <summary>The rules for addresses to listen on and to send to.</summary>
internal static class Address
{
    public static Uri Listen(SettingsReader settings, string key, Uri fallback)
    {
        if (settings.Text(key) is not { } text)
        {
            return fallback;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address is { Scheme: "http", PathAndQuery: "/", UserInfo: "" }
            && (IPAddress.TryParse(address.DnsSafeHost, out _) || address.Host == "localhost"))
        {
            return address;
        }

        settings.Wrong(key, text, "is not http://IP:PORT (TLS ends in front of the gateway).", $"write for example {key}: {fallback.GetLeftPart(UriPartial.Authority)}");
        return fallback;
    }

    public static bool IsLoopback(Uri address) =>
        address.Host == "localhost" || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    public static bool IsUpstream(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address is { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "", Host.Length: > 0 };

    public static IPAddress ToIP(Uri address) => address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(address.DnsSafeHost);
}

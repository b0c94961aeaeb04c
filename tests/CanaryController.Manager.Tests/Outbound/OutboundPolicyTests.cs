using System.Net;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Tests.Outbound;

/// <summary>Where requests may go.</summary>
public sealed class OutboundPolicyTests
{
    [Theory]
    [InlineData("hooks.example.com", "https://hooks.example.com/x", true)]
    [InlineData("hooks.example.com", "https://HOOKS.example.com./x", true)]
    [InlineData("hooks.example.com", "https://evil.example.com/hooks.example.com", false)]
    [InlineData("hooks.example.com", "https://hooks.example.com.evil.example/", false)]
    [InlineData("hooks.example.com", "https://hooks.example.com@evil.example/", false)]
    [InlineData("*.example.com", "https://a.b.example.com/", true)]
    [InlineData("*.example.com", "https://example.com/", false)]
    [InlineData("*.example.com", "https://badexample.com/", false)]
    [InlineData("*.svc", "http://loadtester.test.svc:8080/gate", true)]
    [InlineData("10.20.0.0/16", "http://10.20.3.4/", true)]
    [InlineData("10.20.0.0/16", "http://10.21.3.4/", false)]
    [InlineData("10.20.3.4", "http://10.20.3.4:81/", true)]
    [InlineData("2001:db8::/32", "http://[2001:db8::1]/", true)]
    [InlineData("2001:db8::/32", "http://[2001:db9::1]/", false)]
    [InlineData("127.0.0.0/8", "http://127.0.0.1/", true)]
    public void Only_what_the_operator_names_is_called(string allowed, string url, bool isCalled) => Assert.Equal(isCalled, Policy(allowed).Refusal(new Uri(url)) is null);

    [Fact]
    public void Nothing_is_called_when_nothing_is_named() =>
        Assert.Equal("hooks.example.com is not allowed: the operator allows hosts and ranges in the configuration (outbound.allow)", new OutboundPolicy([]).Refusal(new Uri("https://hooks.example.com/secret?token=1")));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("0.0.0.0")]
    [InlineData("169.254.169.254")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("192.0.0.192")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1%2")]
    [InlineData("ff02::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("fd00:c1::a9fe:a9fe")]
    [InlineData("fd00:42::42")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:1:2:3:4:5:6")]
    public void A_name_that_is_allowed_never_leads_to_a_special_address(string address)
    {
        var refusal = Policy("hooks.example.com", "10.0.0.0/8").Refusal("hooks.example.com", IPAddress.Parse(address));
        Assert.StartsWith("hooks.example.com leads to a loopback, link-local, metadata or other special address", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("10.1.2.3")]
    [InlineData("192.168.1.1")]
    [InlineData("2606:2800:220:1::1")]
    [InlineData("fd12::1")]
    [InlineData("64:ff9b::5db8:d822")]
    public void A_name_that_is_allowed_may_lead_anywhere_else(string address) => Assert.Null(Policy("hooks.example.com").Refusal("hooks.example.com", IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    public void An_address_in_any_spelling_is_that_address(string url) => Assert.NotNull(Policy("*.example.com", "10.0.0.0/8").Refusal(new Uri(url)));

    [Theory]
    [InlineData("0.0.0.0/0", "169.254.169.254", false)]
    [InlineData("0.0.0.0/0", "127.0.0.1", false)]
    [InlineData("0.0.0.0/0", "10.0.0.1", true)]
    [InlineData("96.0.0.0/3", "127.0.0.1", false)]
    [InlineData("::/0", "::1", false)]
    [InlineData("::/0", "64:ff9b::a9fe:a9fe", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("169.254.0.0/16", "169.254.169.254", true)]
    [InlineData("fd00:ec2::254", "fd00:ec2::254", true)]
    [InlineData("64:ff9b::a9fe:a9fe", "64:ff9b::a9fe:a9fe", true)]
    public void A_range_that_is_wider_than_special_addresses_does_not_let_them_in(string range, string address, bool isCalled) =>
        Assert.Equal(isCalled, Policy(range).Refusal("x", IPAddress.Parse(address)) is null);

    [Fact]
    public void A_special_address_counts_only_when_it_stands_there_itself()
    {
        Assert.Null(Policy("127.0.0.0/8").Refusal("localhost", IPAddress.Parse("::ffff:127.0.0.1")));
        Assert.NotNull(Policy("localhost").Refusal("localhost", IPAddress.Loopback));
        Assert.NotNull(Policy("::ffff:0:0/96").Refusal("x", IPAddress.Loopback));
    }

    [Theory]
    [InlineData("https://hooks.example.com")]
    [InlineData("hooks.example.com:443")]
    [InlineData("hooks.example.com/x")]
    [InlineData("*")]
    [InlineData("*.*.example.com")]
    [InlineData("a b")]
    [InlineData("10.20.0.0/33")]
    [InlineData("10.20")]
    [InlineData("")]
    public void What_is_neither_host_nor_range_is_no_entry(string text) => Assert.False(AllowedTarget.TryParse(text, out _));

    internal static OutboundPolicy Policy(params string[] allowed) => new(Allowed(allowed));

    internal static IReadOnlyList<AllowedTarget> Allowed(params string[] allowed) =>
        [.. allowed.Select(text => AllowedTarget.TryParse(text, out var target) ? target : throw new ArgumentException(text))];
}

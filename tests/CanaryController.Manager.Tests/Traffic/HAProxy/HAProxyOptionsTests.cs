using CanaryController.Manager.Hosting;
using Microsoft.Extensions.Configuration;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

public sealed class HAProxyOptionsTests
{
    [Theory]
    [InlineData("socket", "/run/haproxy/admin.sock")]
    [InlineData("address", "127.0.0.1:9999")]
    [InlineData("address", "[::1]:9999")]
    [InlineData("address", "haproxy.internal:9999")]
    public void A_proxy_alone_is_router_enough(string key, string value)
    {
        var (options, problems) = Read(("name", "edge"), (key, value));

        Assert.Empty(problems);
        Assert.Equal(("edge", value, TimeSpan.FromSeconds(2)), (options.HAProxies[0].Name, options.HAProxies[0].Place, options.HAProxies[0].Timeout));
    }

    [Theory]
    [InlineData("haproxies[0].socket", "name", "edge")]
    [InlineData("haproxies[0].socket", "name", "edge", "socket", "run/admin.sock")]
    [InlineData("haproxies[0].address", "name", "edge", "socket", "/run/admin.sock", "address", "127.0.0.1:9999")]
    [InlineData("haproxies[0].address", "name", "edge", "address", "127.0.0.1")]
    [InlineData("haproxies[0].address", "name", "edge", "address", "127.0.0.1:0")]
    [InlineData("haproxies[0].address", "name", "edge", "address", "::1:9999")]
    [InlineData("haproxies[0].name", "socket", "/run/admin.sock")]
    [InlineData("haproxies[0].name", "name", "Edge", "socket", "/run/admin.sock")]
    [InlineData("haproxies[0].timeout", "name", "edge", "socket", "/run/admin.sock", "timeout", "1ms")]
    [InlineData("haproxies[0].token", "name", "edge", "socket", "/run/admin.sock", "token", "x")]
    public void What_is_wrong_is_reported_with_its_path(string path, params string[] settings) =>
        Assert.Equal(path, Assert.Single(Read([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]).Problems).Path);

    [Fact]
    public void A_path_that_does_not_fit_into_a_sockets_address_is_refused() =>
        Assert.Equal("haproxies[0].socket", Assert.Single(Read(("name", "edge"), ("socket", $"/{new string('a', 107)}")).Problems).Path);

    [Fact]
    public void Without_any_router_nothing_is_started() => Assert.Equal("gateways", Assert.Single(Read().Problems).Path);

    private static (ManagerOptions Options, IReadOnlyList<CanaryController.Resources.Api.FieldProblem> Problems) Read(params (string Key, string Value)[] proxy) =>
        ManagerOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
            proxy.Select(setting => KeyValuePair.Create($"haproxies:0:{setting.Key}", (string?)setting.Value))
                .Append(new("standalone:folder", "rollouts")).Append(new("standalone:database", "state.db")).Append(new("prometheus:url", "http://127.0.0.1:9090"))).Build());
}

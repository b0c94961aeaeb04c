using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Hosting;

namespace CanaryController.Gateway.Tests;

/// <summary>The configuration file, the environment over it and the command line.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void Defaults_are_the_documented_ones()
    {
        var options = Read("""
            admin: {tokenFile: /t}
            routes:
            - name: shop
              stable: v1
              versions: {v1: {addresses: [http://127.0.0.1:9001]}}
            """).Options!;
        Assert.Equal("http://127.0.0.1:8080/", options.Listen.ToString());
        Assert.Equal("http://127.0.0.1:8081/", options.Admin.Listen.ToString());
        Assert.Equal("/var/lib/canary-gateway/splits.json", options.StateFile);
        Assert.Equal(TimeSpan.FromSeconds(30), options.ShutdownTimeout);
        Assert.Equal(ForwardedHeaders.Append, options.ForwardedHeaders);
        var route = Assert.Single(options.Routes);
        Assert.Equal("/", route.Path);
        Assert.Equal(TimeSpan.FromSeconds(100), route.Timeout);
        Assert.Null(route.Health);
        Assert.Null(route.Affinity);
    }

    [Fact]
    public void Everything_wrong_is_said_at_once_with_its_path()
    {
        var problems = Read("""
            listen: https://0.0.0.0:8080
            lisen: x
            admin: {listen: http://0.0.0.0:8081, allowNonLoopback: maybe}
            stateFile: splits.json
            shutdownTimeout: 1 hour
            routes:
            - name: "shop front"
              hosts: ["*.example.com"]
              path: shop
              stable: v3
              timeout: 0s
              versions:
                v1: {addresses: [ftp://a, http://b, http://b], weight: 3}
                v2: {addresses: http://c}
              health: {interval: 2s, unhealthyAfter: 0}
              affinity: {cookie: "a b"}
            - name: other
              stable: v1
            """).Problems;
        Assert.Equal(
            [
                "admin.allowNonLoopback", "admin.listen", "admin.tokenFile", "lisen", "listen", "routes[0].affinity.cookie", "routes[0].health.path",
                "routes[0].health.unhealthyAfter", "routes[0].hosts[0]", "routes[0].name", "routes[0].path", "routes[0].stable", "routes[0].timeout",
                "routes[0].versions.v1.addresses[0]", "routes[0].versions.v1.addresses[2]", "routes[0].versions.v1.weight", "routes[0].versions.v2.addresses",
                "routes[1].versions", "shutdownTimeout", "stateFile",
            ],
            problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(problems, problem => problem.ToString().Contains("allowNonLoopback: true", StringComparison.Ordinal));
    }

    [Fact]
    public void Admin_listens_elsewhere_than_loopback_only_when_told_so()
    {
        const string Rest = "routes: [{name: shop, stable: v1, versions: {v1: {addresses: [http://127.0.0.1:9001]}}}]";
        Assert.NotEmpty(Read($"admin: {{listen: 'http://10.0.0.1:8081', tokenFile: /t}}\n{Rest}").Problems);
        Assert.Empty(Read($"admin: {{listen: 'http://10.0.0.1:8081', tokenFile: /t, allowNonLoopback: true}}\n{Rest}").Problems);
        Assert.Empty(Read($"admin: {{listen: 'http://[::1]:8081', tokenFile: /t}}\n{Rest}").Problems);
    }

    [Fact]
    public void Two_routes_cannot_take_the_same_requests()
    {
        var problems = Read("""
            admin: {tokenFile: /t}
            routes:
            - {name: a, hosts: [Shop.example], stable: v1, versions: {v1: {addresses: [http://a]}}}
            - {name: b, hosts: [shop.example], stable: v1, versions: {v1: {addresses: [http://a]}}}
            - {name: a, path: /x, stable: v1, versions: {v1: {addresses: [http://a]}}}
            """).Problems;
        Assert.Equal(["routes[1].path", "routes[2].name"], problems.Select(problem => problem.Path));
    }

    [Theory]
    [InlineData("- a")]
    [InlineData("a: [")]
    [InlineData("")]
    public void A_file_that_is_no_configuration_is_said_to_be_none(string yaml) => Assert.NotEmpty(Read(yaml).Problems);

    [Fact]
    public void A_missing_file_is_named() => Assert.Contains("/no/such/file", Assert.Single(GatewayOptionsReader.FromFile("/no/such/file").Problems).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("2s", 2)]
    [InlineData("5m", 300)]
    [InlineData("1h", 3600)]
    [InlineData("1d", 86400)]
    public void Durations_are_a_number_and_a_unit(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData("99999999999s")]
    public void Anything_else_is_no_duration(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void The_command_line_has_four_options()
    {
        Assert.Equal("a.yaml", CommandLine.Parse(["--config", "a.yaml"]).ConfigurationFile);
        Assert.Equal("a.yaml", CommandLine.Parse(["--config=a.yaml"]).ConfigurationFile);
        Assert.True(CommandLine.Parse(["--check"]).CheckOnly);
        Assert.Contains("--check", CommandLine.Parse(["--help"]).Answer, StringComparison.Ordinal);
        Assert.Equal("canary-gateway 0.1.0\n", CommandLine.Parse(["--version"]).Answer);
        Assert.Equal(3, CommandLine.Parse(["--config"]).ExitCode);
        Assert.Equal(3, CommandLine.Parse(["--fast"]).ExitCode);
    }

    private static ReadOptions Read(string yaml)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, yaml);
        try
        {
            return GatewayOptionsReader.FromFile(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

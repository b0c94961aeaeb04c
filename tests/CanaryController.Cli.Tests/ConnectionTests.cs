using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;

namespace CanaryController.Cli.Tests;

/// <summary>Where the controller is, and what happens to the token.</summary>
public sealed class ConnectionTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task The_token_is_sent_and_never_printed()
    {
        await File.WriteAllTextAsync(_file, "s3cret-token\n");
        await using var controller = (await FakeController.StartAsync()).Fail(401);
        var run = await CommandRun.OfAsync($"get --token-file {_file}", controller);
        Assert.Equal("Bearer s3cret-token", controller.Requests[0].Authorization);
        Assert.Contains("does not know this token", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_renewed_in_its_file_is_sent_from_then_on()
    {
        await File.WriteAllTextAsync(_file, "first");
        await using var controller = await FakeController.StartAsync();
        using var client = new ControllerClient(ConnectionSettings.Resolve(controller.Url, _file, false, _ => null), TimeProvider.System);
        await client.ListAsync("-", default);
        await File.WriteAllTextAsync(_file, "second");
        await client.ListAsync("-", default);
        await File.WriteAllTextAsync(_file, "");
        await client.ListAsync("-", default);

        Assert.Equal(["Bearer first", "Bearer second", "Bearer first"], controller.Requests.Select(request => request.Authorization));
    }

    [Fact]
    public void A_token_never_travels_over_plain_http_to_another_machine()
    {
        File.WriteAllText(_file, "s3cret");
        var refused = Assert.Throws<CliException>(() => ConnectionSettings.Resolve("http://canary.example:7070", _file, insecure: false, _ => null));
        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Equal("s3cret", ConnectionSettings.Resolve("https://canary.example", _file, insecure: false, _ => null).Token);
        Assert.Equal("s3cret", ConnectionSettings.Resolve("http://[::1]:7070", _file, insecure: false, _ => null).Token);
        Assert.Equal("s3cret", ConnectionSettings.Resolve("http://canary.example:7070", _file, insecure: true, _ => null).Token);
    }

    [Fact]
    public void Options_come_before_the_environment_and_that_before_the_default()
    {
        Assert.Equal("http://a:1/", ConnectionSettings.Resolve("http://a:1", null, false, name => name == "CANARY_URL" ? "http://b:2" : null).Url.ToString());
        Assert.Equal("http://b:2/", ConnectionSettings.Resolve(null, null, false, name => name == "CANARY_URL" ? "http://b:2/" : null).Url.ToString());
        Assert.Equal(ConnectionSettings.DefaultUrl + "/", ConnectionSettings.Resolve(null, null, false, _ => null).Url.ToString());
    }

    [Theory]
    [InlineData("canary:7070")]
    [InlineData("ftp://canary")]
    [InlineData("http://me:secret@canary")]
    public void An_address_that_makes_no_sense_is_refused(string url) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => ConnectionSettings.Resolve(url, null, false, _ => null)).Code);

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    public void A_file_without_a_token_is_refused(string content)
    {
        File.WriteAllText(_file, content);
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => ConnectionSettings.Resolve(null, _file, false, _ => null)).Code);
    }

    [Fact]
    public async Task The_namespace_comes_from_the_option_the_environment_or_the_name()
    {
        await using var controller = await FakeController.StartAsync();
        controller.Rollouts.Add(Sample.Idle("shop", "prod"));
        foreach (var line in (string[])["get shop -n prod", "get prod/shop"])
        {
            Assert.Equal(0, (await CommandRun.OfAsync(line, controller)).Exit);
        }

        await CommandRun.OfAsync("get shop", controller, environment => environment with { Variable = name => name == "CANARY_NAMESPACE" ? "prod" : environment.Variable(name) });
        Assert.All(controller.Requests, request => Assert.StartsWith("/v1/namespaces/prod/rollouts/shop", request.Path, StringComparison.Ordinal));
    }
}

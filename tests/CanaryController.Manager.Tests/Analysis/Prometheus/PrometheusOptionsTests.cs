using CanaryController.Manager.Analysis.Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class PrometheusOptionsTests
{
    [Fact]
    public void Defaults_with_an_address_are_right() => Assert.Empty(PrometheusOptionsValidator.Validate(new() { Url = "http://127.0.0.1:9090/prom" }));

    [Fact]
    public void Everything_wrong_is_told_at_once_with_its_path()
    {
        var problems = PrometheusOptionsValidator.Validate(new()
        {
            Url = "ftp://x",
            Timeout = TimeSpan.Zero,
            MaxConcurrentQueries = 1,
            BearerTokenFile = "",
        });
        Assert.Equal(
            ["prometheus.url", "prometheus.timeout", "prometheus.maxConcurrentQueries", "prometheus.bearerTokenFile"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.NotNull(problem.Fix));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:9090")]
    [InlineData("http://user:secret@127.0.0.1")]
    [InlineData("http://127.0.0.1/?token=secret")]
    public void An_address_that_cannot_be_used_is_told_without_its_secrets(string url)
    {
        var problem = Assert.Single(PrometheusOptionsValidator.Validate(new() { Url = url }));
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }
}

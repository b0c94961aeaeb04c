using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

/// <summary>What HAProxy cannot do is refused before a rollout begins.</summary>
public sealed class HAProxyRuleTests
{
    private const string Step = "{weight: 10, hold: 5m}";

    private static readonly string _good = ExampleFiles.Read("minimal.yaml")
        .Replace("{router: Gateway, gateway: {route: shop}}", "{router: HAProxy, haproxy: {name: edge, backend: shop}}", StringComparison.Ordinal);

    [Theory]
    [InlineData("0.39")]
    [InlineData("0")]
    [InlineData("99.61")]
    [InlineData("100")]
    public void A_share_that_one_server_of_each_version_can_have_is_fine(string weight) => Assert.Empty(Problems($"{{weight: {weight}, hold: 5m}}"));

    [Theory]
    [InlineData("{weight: 0.1, hold: 5m}", "spec.strategy.steps[0].weight", "the smallest share is 1 of 257", "write 0.39, or 0")]
    [InlineData("{weight: 99.9, hold: 5m}", "spec.strategy.steps[0].weight", "the smallest share is 1 of 257", "write 99.61, or 100")]
    [InlineData("{weight: 10, hold: 5m, mirror: true}", "spec.strategy.steps[0].mirror", "cannot mirror", "leave it out")]
    public void What_it_cannot_do_is_refused_with_the_reason(string step, string path, string why, string fix)
    {
        var problem = Assert.Single(Problems(step));
        Assert.Equal(path, problem.Path);
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
        Assert.StartsWith(fix, problem.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backend: ''")]
    [InlineData("backend: 'shop; show info'")]
    [InlineData("backend: shop/v1")]
    public void A_backend_that_is_no_name_is_refused(string backend) => Assert.Equal(
        "spec.traffic.haproxy.backend",
        Assert.Single(RolloutReader.Read(_good.Replace("backend: shop", backend, StringComparison.Ordinal), null, RolloutRules.ByRouter).Problems).Path);

    private static IReadOnlyList<CanaryController.Resources.Api.FieldProblem> Problems(string step) =>
        RolloutReader.Read(_good.Replace(Step, step, StringComparison.Ordinal), null, RolloutRules.ByRouter).Problems;
}

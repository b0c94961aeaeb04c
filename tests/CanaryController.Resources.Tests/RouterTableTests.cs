using CanaryController.Core.Analysis;
using System.Text;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

/// <summary>What each router can do is said once, and everything else follows it.</summary>
public sealed class RouterTableTests
{
    private const string Begin = "<!-- table of RouterTable.cs -->\n";
    private const string End = "<!-- end of the table -->";

    private static readonly string _document = Path.Combine(ExampleFiles.Root, "docs", "routers", "README.md");

    public static TheoryData<RouterType> Routers => [.. Enum.GetValues<RouterType>()];

    [Fact]
    public void Each_router_has_one_row() => Assert.Equal(Enum.GetValues<RouterType>().Order(), RouterTable.Rows.Select(row => row.Router).Order());

    [Fact]
    [Trait("Generates", "files")]
    public void The_document_shows_the_table()
    {
        var text = File.ReadAllText(_document);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("CANARY_UPDATE_SNAPSHOTS") == "1")
        {
            text = text[..begin] + Table() + text[end..];
            File.WriteAllText(_document, text);
            end = begin + Table().Length;
        }

        Assert.Equal(Table(), text[begin..end]);
    }

    [Fact]
    public void Each_router_that_has_a_page_is_linked()
    {
        var text = File.ReadAllText(_document);
        var pages = Directory.EnumerateFiles(Path.GetDirectoryName(_document)!, "*.md").Select(Path.GetFileName).Where(name => name is not "README.md");
        Assert.All(pages, page => Assert.Contains($"({page})", text, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public void A_step_that_asks_what_its_router_cannot_do_is_refused_with_the_row(RouterType router)
    {
        var row = RouterTable.Of(router);
        var problems = RolloutRuleBook.Problems(With(router, new() { Weight = 0, Mirror = true, Match = new() { Headers = [new() { Name = "x-canary", Value = "always" }], Cookies = [new() { Name = "tester", Value = "always" }] } }), RolloutRules.ByRouter);
        foreach (var (field, support) in ((string, Support)[])[("mirror", row.Mirror), ("match.headers", row.Headers), ("match.cookies", row.Cookies)])
        {
            var problem = problems.SingleOrDefault(each => each.Path == $"spec.strategy.steps[0].{field}");
            Assert.Equal(support is Support.Yes, problem is null);
            Assert.True(problem is null || problem.Message.EndsWith($"({row})", StringComparison.Ordinal), problem?.Message);
            Assert.Equal(support is Support.No, problem?.Message.Contains($"{router} cannot", StringComparison.Ordinal) ?? false);
        }
    }

    [Theory]
    [InlineData("0.5", false)]
    [InlineData("1", true)]
    [InlineData("0", true)]
    [InlineData("100", true)]
    public void A_weight_finer_than_the_router_divides_is_refused(string weight, bool isFine)
    {
        var rollout = With(RouterType.Contour, new() { Weight = decimal.Parse(weight, System.Globalization.CultureInfo.InvariantCulture) });
        var problem = new AbilityRules(router => RouterTable.Of(router) with { FinestPercent = 1 }).Validate(rollout).Errors.SingleOrDefault();
        Assert.Equal(isFine, problem is null);
        Assert.True(isFine || problem!.ErrorMessage.StartsWith("0.5 is finer than Contour divides (requests, connections in steps of 1 %", StringComparison.Ordinal), problem?.ErrorMessage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connections_are_neither_matched_nor_mirrored(bool hasRequests)
    {
        var rollout = With(RouterType.GatewayAPI, new() { Weight = 0, Mirror = true, Match = new() { Headers = [new() { Name = "x-canary", Value = "always" }] } });
        var gateway = new GatewayApiSection { HttpRoutes = hasRequests ? [new() { Name = "web" }] : [], TcpRoutes = [new() { Name = "db" }] };
        var problems = RolloutRuleBook.Problems(rollout with { Spec = rollout.Spec with { Traffic = new() { Router = RouterType.GatewayAPI, GatewayApi = gateway } } }, RolloutRules.ByRouter);
        Assert.Equal(hasRequests ? [] : ["spec.strategy.steps[0].match", "spec.strategy.steps[0].mirror"], problems.Where(each => each.Message.Contains("TCPRoutes only", StringComparison.Ordinal)).Select(each => each.Path));
    }

    [Theory]
    [InlineData(0, 1, "spec.strategy.steps[0].match")]
    [InlineData(1, 0, "spec.strategy.steps[0].mirror")]
    [InlineData(1, 1, "spec.strategy.steps[0].mirror")]
    public void On_Traefik_IngressRoutes_match_and_TraefikServices_mirror(int ingressRoutes, int services, string refused)
    {
        var rollout = With(RouterType.Traefik, new() { Weight = 0, Mirror = true, Match = new() { Headers = [new() { Name = "x-canary", Value = "always" }] } });
        var traefik = new TraefikSection { IngressRoutes = [.. Enumerable.Repeat(new RouteSection { Name = "web" }, ingressRoutes)], TraefikServices = [.. Enumerable.Repeat(new RouteSection { Name = "web" }, services)] };
        var problems = RolloutRuleBook.Problems(rollout with { Spec = rollout.Spec with { Traffic = new() { Router = RouterType.Traefik, Traefik = traefik } } }, RolloutRules.ByRouter);
        Assert.Equal([refused], problems.Where(each => each.Message.Contains("the rollout names", StringComparison.Ordinal)).Select(each => each.Path));
    }

    [Fact]
    public void Built_in_metrics_beside_a_TCPRoute_are_warned_of()
    {
        var rollout = With(RouterType.GatewayAPI, new() { Weight = 10 });
        var connections = rollout with
        {
            Spec = rollout.Spec with
            {
                Traffic = new() { Router = RouterType.GatewayAPI, GatewayApi = new() { TcpRoutes = [new() { Name = "db" }] } },
                Analysis = new() { Source = RequestSource.Gateway, Metrics = [new() { Name = "ok", Builtin = BuiltinMetric.RequestSuccessRate, Threshold = new() { Min = LimitText.Of(99) } }] },
            },
        };
        var problem = Assert.Single(RolloutRuleBook.Problems(connections, RolloutRules.Kubernetes), each => each.Path.StartsWith("spec.analysis.metrics[0]", StringComparison.Ordinal));
        Assert.Equal(("spec.analysis.metrics[0].builtin", Api.ProblemSeverity.Warning), (problem.Path, problem.Severity));
    }

    [Theory]
    [InlineData("x-canary", "a/b:c.d~1_2", true)]
    [InlineData("x-canary", "a=b", false)]
    [InlineData("x-canary", "a b", false)]
    [InlineData("x!canary", "always", false)]
    public void What_ingress_nginx_would_leave_out_in_silence_is_refused(string name, string value, bool isWell)
    {
        var rollout = With(RouterType.IngressNginx, new() { Weight = 0, Match = new() { Headers = [new() { Name = name, Value = value }] } });
        Assert.Equal(isWell, new AbilityRules().Validate(rollout).IsValid);
        Assert.True(new AbilityRules(_ => RouterTable.Of(RouterType.Istio)).Validate(rollout).IsValid);
    }

    [Theory]
    [InlineData(RequestSource.Envoy, true)]
    [InlineData(RequestSource.Traefik, true)]
    [InlineData(RequestSource.Application, true)]
    [InlineData(RequestSource.Istio, false)]
    [InlineData(RequestSource.Linkerd, false)]
    public void A_success_rate_that_does_not_see_what_fails_behind_a_GRPCRoute_is_warned_of(RequestSource source, bool isBlind)
    {
        var rollout = With(RouterType.GatewayAPI, new() { Weight = 10 });
        var calls = rollout with
        {
            Spec = rollout.Spec with
            {
                Traffic = new() { Router = RouterType.GatewayAPI, GatewayApi = new() { GrpcRoutes = [new() { Name = "api" }] } },
                Analysis = new()
                {
                    Source = source,
                    Metrics = [new() { Name = "ok", Builtin = BuiltinMetric.RequestSuccessRate, Threshold = new() { Min = LimitText.Of(99) } }, new() { Name = "fast", Builtin = BuiltinMetric.RequestDuration, Threshold = new() { Max = LimitText.Of(TimeSpan.FromSeconds(1)) } }],
                },
            },
        };
        var problems = RolloutRuleBook.Problems(calls, RolloutRules.Kubernetes).Where(each => each.Message.Contains("gRPC", StringComparison.Ordinal));
        Assert.Equal(isBlind ? [("spec.analysis.metrics[0].builtin", Api.ProblemSeverity.Warning)] : [], problems.Select(each => (each.Path, each.Severity)));
    }

    [Theory]
    [InlineData(RouterType.SMI, RequestSource.Linkerd, true)]
    [InlineData(RouterType.SMI, RequestSource.Application, false)]
    [InlineData(RouterType.Linkerd, RequestSource.Linkerd, false)]
    public void Linkerds_counters_of_routes_are_warned_of_where_there_are_none(RouterType router, RequestSource source, bool isWarned)
    {
        var rollout = With(router, new() { Weight = 10 });
        var judged = rollout with
        {
            Spec = rollout.Spec with { Analysis = new() { Source = source, Metrics = [new() { Name = "ok", Builtin = BuiltinMetric.RequestSuccessRate, Threshold = new() { Min = LimitText.Of(99) } }] } },
        };
        var problems = RolloutRuleBook.Problems(judged, RolloutRules.Kubernetes).Where(each => each.Path == "spec.analysis.source");
        Assert.Equal(isWarned ? [Api.ProblemSeverity.Warning] : [], problems.Select(each => each.Severity));
    }

    private static string Table()
    {
        var text = new StringBuilder("| router | divides | finest share | headers | cookies | mirror | gRPC | TCP | taken up when | remark |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var row in RouterTable.Rows)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {row.Router} | {row.Divides} | {(row.FinestPercent is { } finest ? $"{finest} %" : "depends on the instances")} | {Said(row.Headers)} | {Said(row.Cookies)} | {Said(row.Mirror)} | {Said(row.Grpc)} | {Said(row.Tcp)} | {row.TakeUp} | {row.Remark} |\n");
        }

        return text.ToString();
    }

    private static string Said(Support support) => support switch
    {
        Support.Yes => "yes",
        Support.Later => "not in this version",
        Support.No => "no",
    };

    private static Rollout With(RouterType router, StepSection step) => new()
    {
        Metadata = new() { Name = "shop" },
        Spec = new() { Traffic = new() { Router = router }, Service = new() { Name = "shop" }, Strategy = new() { Steps = [step] } },
    };
}

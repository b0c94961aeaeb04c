using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Tests.Traffic.Cluster;
using CanaryController.Manager.Tests.Traffic.Kinds;
using CanaryController.Manager.Traffic;
using CanaryController.Manager.Traffic.IngressNginx;
using CanaryController.Manager.Traffic.Routes;
using CanaryController.Resources.Rollouts;
using CanaryController.Testing;
using CsCheck;

namespace CanaryController.Manager.Tests.Traffic.IngressNginx;

/// <summary>What stands in the canary's Ingress, whatever stands in the user's.</summary>
public sealed class CanaryIngressTests
{
    private static readonly ServicePort[] _ports = [new("http", "TCP", 80, "http", null), new("admin", "TCP", 81, "81", null)];

    private static readonly string[] _backends = ["shop", "static", "resource"];

    private static readonly string[] _pathTypes = ["Prefix", "Exact", "ImplementationSpecific"];

    private static readonly JsonSerializerOptions _plain = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void It_has_the_users_paths_to_the_service_with_all_that_they_say_and_no_others() =>
        Mains().Sample(body =>
        {
            var main = Project(body);
            var canary = Project(new CanaryIngress(main, Cluster(), _ports, CanaryWeight.FromBasisPoints(500), "a-1").Body());
            Assert.Equal(main.Paths.Where(path => path.Service == "shop").Select(path => path with { Service = "shop-canary" }), canary.Paths);
            Assert.Equal(main.ClassName, canary.ClassName);
            Assert.All(canary.Tls, tls => Assert.Contains(tls, main.Tls));
            Assert.Equal(
                main.Nginx.Where(pair => !pair.Key.Contains("/canary", StringComparison.Ordinal)).OrderBy(pair => pair.Key),
                canary.Nginx.Where(pair => !pair.Key.Contains("/canary", StringComparison.Ordinal)).OrderBy(pair => pair.Key));
        });

    [Fact]
    public void A_weight_that_was_written_is_read_back_and_not_written_again() =>
        Gen.Select(Mains(), Gen.Int[0, 10_000], Gen.Int[0, 10_000]).Sample((body, first, second) =>
        {
            var main = Project(body);
            var created = new CanaryIngress(main, Cluster(), _ports, CanaryWeight.FromBasisPoints(first), "a-1").Body();
            created["metadata"]!["resourceVersion"] = "7";
            Assert.Equal(CanaryWeight.FromBasisPoints(first), IngressSplit.Of(main, Project(created), Cluster(), _ports, default).Weight);

            var wanted = new CanaryIngress(main, Cluster(), _ports, CanaryWeight.FromBasisPoints(second), "b-2");
            var changed = PatchedJson.Apply(created, wanted.Changes(Project(created))!)!;
            Assert.Equal(CanaryWeight.FromBasisPoints(second), IngressSplit.Of(main, Project(changed), Cluster(), _ports, default).Weight);
            Assert.Null(wanted.Changes(Project(changed)));
            Assert.True(wanted.IsInStep(Project(changed)));
        });

    [Fact]
    public void Whatever_somebody_writes_into_it_is_written_over_and_what_is_not_of_nginx_stays() =>
        Gen.Select(Mains(), Mains(), Gen.Int[0, 10_000]).Sample((body, other, points) =>
        {
            var theirs = other.DeepClone().AsObject();
            theirs["metadata"]!["name"] = "web-canary";
            theirs["metadata"]!["annotations"]!["canarycontroller.io/fence"] = "a-1";
            theirs["metadata"]!["labels"] = new JsonObject { ["canarycontroller.io/rollout"] = "checkout", ["x"] = "y" };
            var wanted = new CanaryIngress(Project(body), Cluster(), _ports, CanaryWeight.FromBasisPoints(points), "a-1");
            var changed = PatchedJson.Apply(theirs, wanted.Changes(Project(theirs))!)!;
            Assert.True(wanted.IsInStep(Project(changed)));
            Assert.Null(wanted.Changes(Project(changed)));
            Assert.Equal("shop", (string?)changed["metadata"]!["annotations"]!["team"]);
            Assert.True(JsonNode.DeepEquals(theirs["metadata"]!["labels"], changed["metadata"]!["labels"]));
        });

    [Fact]
    public void Matches_that_were_written_are_read_back_and_end_with_the_next_split() =>
        Gen.Select(Mains(), Gen.Int[0, 9_999], Gen.Int[0, 3]).Sample((body, points, mask) =>
        {
            var (main, weight) = (Project(body), CanaryWeight.FromBasisPoints(points));
            EquatableArray<RequestMatch> matches = [.. ((RequestMatch[])[new(RequestMatchKind.Header, "X-Canary", "testers"), new(RequestMatchKind.Cookie, "canary", "always")]).Where((_, index) => (mask & (1 << index)) != 0)];
            var created = new CanaryIngress(main, Cluster(), _ports, weight, "a-1", matches).Body();
            created["metadata"]!["resourceVersion"] = "7";
            var seen = IngressSplit.Of(main, Project(created), Cluster(), _ports, default);
            Assert.Equal((weight, new BesideWeight(matches, IsMirrored: false)), (seen.Weight, seen.Beside));

            var aborted = new CanaryIngress(main, Cluster(), _ports, CanaryWeight.Zero, "a-1");
            var changed = aborted.Changes(Project(created)) is { } patch ? PatchedJson.Apply(created, patch)! : created;
            Assert.DoesNotContain("canary-by-", changed.ToJsonString(), StringComparison.Ordinal);
            Assert.True(IngressSplit.Of(main, Project(changed), Cluster(), _ports, default).Beside.IsNone);
        });

    [Theory]
    [InlineData("canary-by-header", "x")]
    [InlineData("canary-by-header-pattern", "x.*")]
    public void A_header_without_a_value_of_ours_is_never_taken_for_a_match_of_ours(string annotation, string value)
    {
        var main = Project(IngressRig.Ingress("web"));
        var created = new CanaryIngress(main, Cluster(), _ports, CanaryWeight.Zero, "a-1").Body();
        created["metadata"]!["annotations"]![NginxAnnotations.Prefix + annotation] = value;
        created["metadata"]!["annotations"]![NginxAnnotations.Header] = "x";
        Assert.Contains("not ours", IngressSplit.Of(main, Project(created), Cluster(), _ports, default).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, "/a /c")]
    [InlineData(81, "/b")]
    [InlineData(null, "/a /b /c")]
    public void With_a_port_only_the_paths_to_that_port_count_by_number_or_by_name(int? port, string paths)
    {
        var main = Project(JsonNode.Parse("""
            {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"rules": [{"http": {"paths": [
              {"path": "/a", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"number": 80} } } },
              {"path": "/b", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"name": "admin"} } } },
              {"path": "/c", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"name": "http"} } } },
              {"path": "/d", "pathType": "Prefix", "backend": {"resource": {"kind": "Bucket", "name": "shop"} } } ] } }] } }
            """)!.AsObject());
        Assert.Equal(paths, string.Join(' ', CanaryIngress.Ours(main, Cluster() with { Port = port }, _ports).Select(path => path.Path)));
    }

    [Theory]
    [InlineData("5", null, "5")]
    [InlineData("25", "10000", "0.25")]
    [InlineData("200", "1000", "20")]
    [InlineData("5", "50", "5")]
    [InlineData("500", null, "100")]
    [InlineData(null, null, "0")]
    public void A_total_counts_above_100_only_and_no_weight_is_0(string? weight, string? total, string percent)
    {
        var annotations = new Dictionary<string, string>();
        if (weight is not null)
        {
            annotations[NginxAnnotations.Weight] = weight;
        }

        if (total is not null)
        {
            annotations[NginxAnnotations.Total] = total;
        }

        Assert.Equal(CanaryWeight.TryFromPercent(decimal.Parse(percent)), NginxAnnotations.Read(annotations)!.Value.Share());
    }

    [Theory]
    [InlineData("five")]
    [InlineData("-5")]
    [InlineData("")]
    public void A_weight_that_is_no_number_is_not_known(string weight) =>
        Assert.Null(NginxAnnotations.Read(new Dictionary<string, string> { [NginxAnnotations.Weight] = weight }));

    [Fact]
    public void What_is_written_is_reviewed()
    {
        var main = Project(IngressRig.Ingress("web"));
        var created = new CanaryIngress(main, Cluster(), _ports, CanaryWeight.Zero, "leader-3").Body();
        var text = new StringBuilder("What is created\n").Append(created.ToJsonString(_plain)).Append('\n');
        created["metadata"]!["resourceVersion"] = "7";
        foreach (var (title, percent, change) in ((string, decimal, Action<JsonObject>)[])
        [
            ("A weight that rises", 5, _ => { }),
            ("A share finer than a percent", 0.25m, _ => { }),
            ("A setting of the user's Ingress that changed", 0, ingress => ingress["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/affinity"] = "cookie"),
        ])
        {
            var body = IngressRig.Ingress("web");
            change(body);
            text.Append(title).Append('\n');
            PatchText.Append(text, new CanaryIngress(Project(body), Cluster(), _ports, CanaryWeight.TryFromPercent(percent)!.Value, "leader-3").Changes(Project(created))!);
        }

        text.Append("A header and a cookie\n");
        PatchText.Append(text, new CanaryIngress(main, Cluster(), _ports, CanaryWeight.Zero, "leader-3", [new(RequestMatchKind.Header, "X-Canary", "testers"), new(RequestMatchKind.Cookie, "canary", "always")]).Changes(Project(created))!);
        Assert.Equal(Reviewed.Text("tests/CanaryController.Manager.Tests/Traffic/IngressNginx/Written.txt", text.ToString()), text.ToString());
    }

    private static ClusterRoute Cluster() => new(new("shop", "checkout"), RouterType.IngressNginx, [], "shop", null, WorkloadType.Deployment) { Ingresses = ["web"] };

    private static IngressObject Project(JsonObject body) => body.Project(IngressObject.Project)!;

    /// <summary>Ingresses of any hosts, paths and settings, at least one path of which leads to the service.</summary>
    private static Gen<JsonObject> Mains() =>
        from rules in (
            from host in Gen.Int[0, 2]
            from services in Gen.Int[0, 2].Select(which => _backends[which]).Array[1, 3]
            from type in Gen.Int[0, 2].Select(which => _pathTypes[which])
            select (host, services, type)).Array[0, 3]
        from settings in Gen.Int[0, 7]
        select Ingress([("shop.example.org", ["shop"], "Prefix"), .. rules.Select(rule => (rule.host == 0 ? "" : $"h{rule.host}.example.org", rule.services, rule.type))], settings);

    private static JsonObject Ingress(IEnumerable<(string Host, string[] Services, string Type)> rules, int settings)
    {
        var annotations = new JsonObject { ["team"] = "shop" };
        foreach (var (bit, key) in new[] { (1, "affinity"), (2, "canary-by-header"), (4, "rewrite-target") })
        {
            if ((settings & bit) != 0)
            {
                annotations[NginxAnnotations.Prefix + key] = $"v{settings}";
            }
        }

        var spec = new JsonObject { ["rules"] = new JsonArray([.. rules.Select(rule => Rule(rule.Host, rule.Services, rule.Type))]) };
        if (settings > 3)
        {
            spec["ingressClassName"] = $"nginx-{settings}";
            spec["tls"] = new JsonArray(new JsonObject { ["hosts"] = new JsonArray("shop.example.org"), ["secretName"] = "a" }, new JsonObject { ["hosts"] = new JsonArray("none.example.org") });
        }

        return new()
        {
            ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop", ["resourceVersion"] = "7", ["annotations"] = annotations },
            ["spec"] = spec,
        };
    }

    private static JsonObject Rule(string host, string[] services, string type)
    {
        var paths = new JsonArray([.. services.Select((service, index) => new JsonObject
        {
            ["path"] = $"/{index}",
            ["pathType"] = type,
            ["backend"] = service == "resource"
                ? new JsonObject { ["resource"] = new JsonObject { ["kind"] = "Bucket", ["name"] = "shop" } }
                : new JsonObject { ["service"] = new JsonObject { ["name"] = service, ["port"] = index == 0 ? new JsonObject { ["number"] = 80 } : new JsonObject { ["name"] = "http" } } },
        })]);
        var rule = new JsonObject { ["http"] = new JsonObject { ["paths"] = paths } };
        if (host.Length > 0)
        {
            rule["host"] = host;
        }

        return rule;
    }
}

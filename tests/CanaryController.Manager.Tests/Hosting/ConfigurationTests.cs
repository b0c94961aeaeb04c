using CanaryController.Manager.Api;
using CanaryController.Manager.Hosting;
using CanaryController.Manager.Workloads;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Hosting;

public sealed class ConfigurationTests : IDisposable
{
    private const string Good =
        """
        standalone: {folder: rollouts, database: state.db}
        prometheus: {url: 'http://127.0.0.1:9090', timeout: 2s}
        gateways:
        - {name: default, url: 'http://127.0.0.1:9091', tokenFile: token}

        """;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Everything_but_folder_database_prometheus_and_gateway_has_a_default()
    {
        var (options, problems) = Read(Good);

        Assert.Empty(problems);
        Assert.Equal(("http://127.0.0.1:7070/", 4), (options.Api.Listen.ToString(), options.Workers));
        Assert.Equal(TimeSpan.FromSeconds(2), options.Prometheus.Timeout);
    }

    [Fact]
    public void Everything_wrong_is_reported_at_once_with_its_path()
    {
        var (_, problems) = Read(
            """
            mode: Cluster
            workers: many
            surprise: 1
            standalone: {folder: rollouts, data: x}
            prometheus: {url: nonsense, timeout: soon}
            gateways:
            - {name: default, url: 'http://127.0.0.1:9091'}
            api:
              listen: http://0.0.0.0:7070
              tokens:
              - {name: ci, sha256: abc, roles: [view, dance]}
            logging: {format: Xml}
            """);

        Assert.Equal(
            [
                "api.tokens[0].roles", "api.tokens[0].sha256", "gateways[0].tokenFile", "logging.format", "mode", "prometheus.timeout", "prometheus.url",
                "standalone.data", "standalone.database", "surprise", "workers",
            ],
            problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_example_of_consul_is_a_configuration()
    {
        var (options, problems) = ManagerOptionsReader.Read(Reviewed.PathOf("examples/consul/canary-controller.yaml"), new Dictionary<string, string?>());
        Assert.Empty(problems);
        Assert.Equal(("default", TimeSpan.FromSeconds(2), null), (Assert.Single(options.Consuls).Name, options.Consuls[0].Timeout, options.Consuls[0].Datacenter));
        Assert.Empty(options.Gateways);
    }

    [Fact]
    public void Everything_wrong_with_consuls_is_reported_at_once_and_a_router_is_needed()
    {
        var (_, problems) = Read(
            """
            standalone: {folder: rollouts, database: state.db}
            prometheus: {url: 'http://127.0.0.1:9090'}
            consuls:
            - {name: dc, url: 'http://127.0.0.1:8500'}
            - {name: dc, url: 'http://user@127.0.0.1:8500', tokenFile: '', timeout: 1m, datacenter: 'a b', surprise: 1}
            """);
        Assert.Equal(
            ["consuls[1].datacenter", "consuls[1].name", "consuls[1].surprise", "consuls[1].timeout", "consuls[1].tokenFile", "consuls[1].url"],
            problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));

        (_, problems) = Read("standalone: {folder: rollouts, database: state.db}\nprometheus: {url: 'http://127.0.0.1:9090'}\n");
        Assert.Contains("consuls", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Webhook_keys_and_Slack_operators_are_read_and_everything_wrong_with_them_is_reported_at_once()
    {
        var (options, problems) = Read($"{Good}approvals: {{webhooks: {{keys: [{{name: ci, file: /keys/ci, namespaces: [shop]}}]}}}}\nslack: {{operators: {{users: [U012AB3CD], groups: [S012AB3CD]}}}}\n");
        Assert.Empty(problems);
        Assert.Equal(("ci", "/keys/ci", "shop"), (options.ApprovalWebhooks.Keys[0].Name, options.ApprovalWebhooks.Keys[0].File, Assert.Single(options.ApprovalWebhooks.Keys[0].Namespaces)));
        Assert.Equal("https://slack.com/api/", options.Slack.Url.ToString());

        (_, problems) = Read(
            $"{Good}approvals: {{webhooks: {{keys: [{{name: ci, file: a}}, {{name: ci}}, {{name: 'A b', file: a, namespaces: ['x y'], key: whsec_1}}]}}}}\nslack: {{url: 'slack.com', token: xoxb-1, operators: {{users: [ann], groups: [U012AB3CD]}}}}\n");
        Assert.Equal(
            [
                "approvals.webhooks.keys", "approvals.webhooks.keys[1].file", "approvals.webhooks.keys[2].key", "approvals.webhooks.keys[2].name", "approvals.webhooks.keys[2].namespaces",
                "slack.operators.groups", "slack.operators.users", "slack.token", "slack.url",
            ],
            problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", true)]
    [InlineData("http://0.0.0.0:7070", false)]
    [InlineData("http://0.0.0.0:0", false)]
    [InlineData("https://0.0.0.0:8080", false)]
    [InlineData("8080", false)]
    public void Probes_have_a_port_of_their_own(string listen, bool isGood)
    {
        var (options, problems) = Read($"{Good}probes: {{listen: '{listen}'}}\n");

        Assert.Equal(isGood ? [] : ["probes.listen"], problems.Select(problem => problem.Path));
        Assert.True(!isGood || options.Probes.Listen == new Uri(listen));
    }

    [Fact]
    public void A_cluster_needs_neither_folder_nor_gateway_and_everything_wrong_is_reported_too()
    {
        var (options, problems) = Read("{mode: Kubernetes, prometheus: {url: 'http://127.0.0.1:9090'}}");
        Assert.Empty(problems);
        Assert.Equal(HoldMode.Always, options.Kubernetes.Hold);

        (_, problems) = Read(
            """
            mode: Kubernetes
            prometheus: {url: 'http://127.0.0.1:9090'}
            kubernetes: {namespaces: [Shop], hold: Never, requestsPerSecond: 0, surprise: 1}
            gateways: []
            standalone: {folder: rollouts, database: x}
            """);
        Assert.Equal(
            ["kubernetes.hold", "kubernetes.namespaces", "kubernetes.requestsPerSecond", "kubernetes.surprise", "standalone"],
            problems.Select(problem => problem.Path).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("api: {tokens: secret}", "api.tokens")]
    [InlineData("api: {tokens: [{name: ci, sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, roles: view}]}", "api.tokens[0].roles")]
    [InlineData("logging: [Json]", "logging.0")]
    public void A_list_and_one_value_are_not_the_same(string text, string path) =>
        Assert.Contains(path, Read($"{Good}{text}\n").Problems.Select(problem => problem.Path));

    [Fact]
    public void A_list_as_a_name_is_refused_with_file_and_line() =>
        Assert.StartsWith($"{_file}: line 5:", Assert.Throws<FormatException>(() => Read($"{Good}? [a, b]\n: c\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_names_for_one_token_are_refused()
    {
        var hash = new string('a', 64);
        var (_, problems) = Read($"{Good}api: {{tokens: [{{name: ci, sha256: {hash}, roles: [view]}}, {{name: me, sha256: {hash}, roles: [approve]}}]}}\n");
        Assert.Equal("ci, me", Assert.Single(problems).Value);
    }

    [Fact]
    public void Whoever_listens_elsewhere_needs_tokens()
    {
        var (_, problems) = Read($"{Good}api: {{listen: 'http://0.0.0.0:7070'}}\n");
        Assert.Equal("api.tokens", Assert.Single(problems).Path);

        var (options, none) = Read(
            $"{Good}api: {{listen: 'http://0.0.0.0:7070', tokens: [{{name: ci, sha256: {new string('a', 64)}, roles: [operate, approve]}}]}}\n");
        Assert.Empty(none);
        Assert.Equal(ApiRoles.Operate | ApiRoles.Approve, Assert.Single(options.Api.Tokens).Roles);
    }

    [Fact]
    public void On_Kubernetes_tokens_of_the_cluster_count_unless_told_otherwise()
    {
        const string Cluster = "mode: Kubernetes\nprometheus: {url: 'http://127.0.0.1:9090'}\n";
        var (options, none) = Read($"{Cluster}api: {{listen: 'http://0.0.0.0:7070'}}\n");
        Assert.Empty(none);
        Assert.Equal((true, 0, TimeSpan.FromMinutes(1)), (options.Api.WantsToken, options.Api.KubernetesTokens!.Audiences.Count, options.Api.KubernetesTokens.CacheFor));

        (options, none) = Read($"{Cluster}api: {{kubernetesTokens: {{enabled: false}}}}\n");
        Assert.Empty(none);
        Assert.False(options.Api.WantsToken);

        var (_, problems) = Read($"{Cluster}api: {{listen: 'http://0.0.0.0:7070', kubernetesTokens: {{enabled: false, audiences: [a, a, 'b c'], cacheFor: 1h, surprise: 1}}}}\n");
        Assert.Equal(
            ["api.kubernetesTokens.audiences", "api.kubernetesTokens.audiences", "api.kubernetesTokens.cacheFor", "api.kubernetesTokens.surprise", "api.tokens"],
            problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
        Assert.Equal("api.kubernetesTokens.enabled", Assert.Single(Read($"{Cluster}api: {{kubernetesTokens: {{enabled: maybe}}}}\n").Problems).Path);
        Assert.Equal("api.kubernetesTokens", Assert.Single(Read($"{Good}api: {{kubernetesTokens: {{enabled: true}}}}\n").Problems).Path);
    }

    [Fact]
    public void The_environment_wins()
    {
        File.WriteAllText(_file, Good);
        var environment = new Dictionary<string, string?> { ["CANARY__API__LISTEN"] = "http://127.0.0.1:1234", ["CANARY__WORKERS"] = "9", ["CANARY_URL"] = "x" };
        var (options, problems) = ManagerOptionsReader.Read(_file, environment);

        Assert.Empty(problems);
        Assert.Equal((1234, 9), (options.Api.Listen.Port, options.Workers));
    }

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(0, "--version")]
    [InlineData(3)]
    [InlineData(3, "--config")]
    [InlineData(3, "--dance")]
    [InlineData(3, "--config", "/nowhere/canary-controller.yaml")]
    public async Task Exit_codes_tell_usage_from_success(int code, params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        Assert.Equal(code, await CommandLine.RunAsync(args, output, error));
        Assert.Equal(code == 0, error.ToString().Length == 0);
    }

    private (ManagerOptions Options, IReadOnlyList<Resources.Api.FieldProblem> Problems) Read(string text)
    {
        File.WriteAllText(_file, text);
        return ManagerOptionsReader.Read(_file, new Dictionary<string, string?>());
    }
}

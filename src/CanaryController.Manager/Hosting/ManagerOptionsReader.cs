using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Api;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Approvals.Webhooks;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Traffic.Consul;
using CanaryController.Manager.Traffic.Gateway;
using CanaryController.Manager.Traffic.HAProxy;
using CanaryController.Resources.Api;
using CanaryController.Shared;

namespace CanaryController.Manager.Hosting;

/// <summary>Reads the configuration: the file, then the environment (<c>CANARY__SECTION__KEY</c>), which wins.</summary>
internal static class ManagerOptionsReader
{
    private const string EnvironmentPrefix = "CANARY__";

    /// <summary>Reads and checks everything.</summary>
    /// <param name="file">The YAML file.</param>
    /// <param name="environment">The process's environment.</param>
    /// <returns>The options, and all that is wrong with them; they count only when nothing is.</returns>
    /// <exception cref="FormatException">The file is not YAML.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (ManagerOptions Options, IReadOnlyList<FieldProblem> Problems) Read(string file, IReadOnlyDictionary<string, string?> environment)
    {
        var fromEnvironment = environment
            .Where(variable => variable.Key.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create(
                variable.Key[EnvironmentPrefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), variable.Value));
        return Read(new ConfigurationBuilder()
            .AddInMemoryCollection(YamlConfiguration.Read(file))
            .AddInMemoryCollection(fromEnvironment)
            .Build());
    }

    /// <summary>Reads and checks everything.</summary>
    public static (ManagerOptions Options, IReadOnlyList<FieldProblem> Problems) Read(IConfiguration configuration)
    {
        var settings = new SettingsReader(configuration);
        var logging = settings.Section("logging");
        var mode = settings.Choice("mode", RunMode.Standalone);
        var api = ApiOptionsReader.Read(settings.Section("api"), mode);
        var options = new ManagerOptions
        {
            Mode = mode,
            Standalone = mode is RunMode.Standalone ? ReadStandalone(settings.Section("standalone")) : new("", ""),
            Kubernetes = mode is RunMode.Kubernetes ? KubernetesOptionsReader.Read(settings.Section("kubernetes")) : new(),
            Prometheus = ReadPrometheus(settings),
            Gateways = mode is RunMode.Standalone ? ReadGateways(settings) : [],
            Consuls = mode is RunMode.Standalone ? ReadConsuls(settings) : [],
            HAProxies = mode is RunMode.Standalone ? HAProxyOptions.Read(settings) : [],
            Api = api,
            ApprovalWebhooks = ApprovalWebhookOptions.Read(settings.Section("approvals")),
            Slack = SlackOptions.Read(settings.Section("slack")),
            Probes = ProbeOptions.Read(settings.Section("probes"), api),
            Outbound = OutboundOptions.Read(settings.Section("outbound")),
            Logging = new() { Format = logging.Choice("format", LogFormat.Text), Level = logging.Choice("level", LogLevel.Information) },
            Fleet = new(settings.Section("rollouts").Number("maxUnderWay", 0, 0, 100_000)),
            Workers = settings.Number("workers", 4, 1, 64),
        };
        RequireRouter(options, settings);
        return (options, settings.Finish());
    }

    private static StandaloneOptions ReadStandalone(SettingsReader standalone) => new(
        standalone.Required("folder", "The folder of Rollout files, like /etc/canary-controller/rollouts."),
        standalone.Required("database", "The SQLite file, like /var/lib/canary-controller/state.db."));

    private static PrometheusOptions ReadPrometheus(SettingsReader settings)
    {
        var defaults = new PrometheusOptions();
        var section = settings.Section("prometheus");
        var options = new PrometheusOptions
        {
            Url = section.Text("url", ""),
            Timeout = section.Duration("timeout", defaults.Timeout),
            MaxConcurrentQueries = section.Number("maxConcurrentQueries", defaults.MaxConcurrentQueries, 3, 64),
            BearerTokenFile = section.Optional("bearerTokenFile"),
        };
        settings.AddRange(PrometheusOptionsValidator.Validate(options));
        return options;
    }

    private static List<GatewayOptions> ReadGateways(SettingsReader settings)
    {
        var defaults = new GatewayOptions();
        List<GatewayOptions> gateways =
        [
            .. settings.List("gateways").Select(gateway => new GatewayOptions
            {
                Name = gateway.Text("name", ""),
                Url = gateway.Text("url", ""),
                TokenFile = gateway.Text("tokenFile", ""),
                Timeout = gateway.Duration("timeout", defaults.Timeout),
            }),
        ];
        settings.AddRange(GatewayOptionsValidator.Validate(gateways));
        return gateways;
    }

    private static List<ConsulOptions> ReadConsuls(SettingsReader settings)
    {
        var defaults = new ConsulOptions();
        List<ConsulOptions> consuls =
        [
            .. settings.List("consuls").Select(consul => new ConsulOptions
            {
                Name = consul.Text("name", ""),
                Url = consul.Text("url", ""),
                TokenFile = consul.Optional("tokenFile"),
                Timeout = consul.Duration("timeout", defaults.Timeout),
                Datacenter = consul.Optional("datacenter"),
                Namespace = consul.Optional("namespace"),
                Partition = consul.Optional("partition"),
            }),
        ];
        settings.AddRange(ConsulOptionsValidator.Validate(consuls));
        return consuls;
    }

    private static void RequireRouter(ManagerOptions options, SettingsReader settings)
    {
        if (options is { Mode: RunMode.Standalone, Gateways.Count: 0, Consuls.Count: 0, HAProxies.Count: 0 })
        {
            settings.Add("gateways", null, "At least one router is needed, in the lists gateways, consuls or haproxies: it divides the traffic.", "Name one: {name: default, url: http://127.0.0.1:9091, tokenFile: FILE}.");
        }
    }
}

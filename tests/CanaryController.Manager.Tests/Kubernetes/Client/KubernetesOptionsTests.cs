using CanaryController.Manager.Hosting;
using CanaryController.Manager.Kubernetes.Client;
using Microsoft.Extensions.Configuration;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class KubernetesOptionsTests
{
    [Fact]
    public void Everything_has_a_default()
    {
        var (options, problems) = Read();
        Assert.Empty(problems);
        Assert.Equal((null, null, 0, 50, 100, 10d), (options.Kubeconfig, options.Context, options.Namespaces.Count, options.RequestsPerSecond, options.Burst, options.RequestTimeout.TotalSeconds));
    }

    [Fact]
    public void Everything_can_be_set()
    {
        var (options, problems) = Read(
            ("kubeconfig", "/etc/kubeconfig"), ("context", "prod"), ("namespaces:0", "shop"), ("namespaces:1", "b2"), ("requestsPerSecond", "5"), ("burst", "6"), ("requestTimeout", "3s"));
        Assert.Empty(problems);
        Assert.Equal(["shop", "b2"], options.Namespaces);
        Assert.Equal(("/etc/kubeconfig", "prod", 5, 6, 3d), (options.Kubeconfig, options.Context, options.RequestsPerSecond, options.Burst, options.RequestTimeout.TotalSeconds));
    }

    [Fact]
    public void Everything_wrong_is_reported_at_once_with_its_path()
    {
        var (_, problems) = Read(
            ("kubeconfig", ""), ("namespaces:0", "Shop"), ("namespaces:1", "a"), ("namespaces:2", "a"), ("requestsPerSecond", "0"), ("burst", "many"), ("requestTimeout", "10m"), ("qps", "5"));
        Assert.Equal(
            ["kubernetes.burst", "kubernetes.kubeconfig", "kubernetes.namespaces", "kubernetes.namespaces", "kubernetes.qps", "kubernetes.requestTimeout", "kubernetes.requestsPerSecond"],
            problems.Order(StringComparer.Ordinal));
    }

    private static (KubernetesOptions Options, IReadOnlyList<string> Problems) Read(params (string Key, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"kubernetes:{value.Key}", (string?)value.Value))).Build();
        var settings = new SettingsReader(configuration);
        var options = KubernetesOptionsReader.Read(settings.Section("kubernetes"));
        return (options, [.. settings.Finish().Select(problem => problem.Path)]);
    }
}

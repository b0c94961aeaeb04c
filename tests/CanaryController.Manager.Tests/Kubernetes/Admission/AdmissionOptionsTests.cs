using CanaryController.Manager.Hosting;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Client;
using Microsoft.Extensions.Configuration;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

public sealed class AdmissionOptionsTests
{
    [Fact]
    public void Without_the_section_there_is_no_admission()
    {
        var (options, problems) = Read();
        Assert.Null(options);
        Assert.Empty(problems);
    }

    [Fact]
    public void An_address_is_all_it_needs()
    {
        var (options, problems) = Read(("listen", "https://0.0.0.0:9443"));
        Assert.Empty(problems);
        Assert.Equal(
            ("0.0.0.0:9443", "canary-controller-webhook", "canary-controller-admission", "canary-controller", false),
            (options!.EndPoint.ToString(), options.Service, options.Secret, options.Configurations, options.IsMounted));
        Assert.Equal(("127.0.0.1:0", ""), (Read(("listen", "https://localhost:0")).Options!.EndPoint.ToString(), Read(("listen", "https://[::]:1"), ("configurations", "")).Options!.Configurations));
    }

    [Fact]
    public void Everything_wrong_is_reported_at_once_with_its_path()
    {
        var (_, problems) = Read(("listen", "http://0.0.0.0:9443"), ("service", "A"), ("secret", "_"), ("configurations", "x y"), ("certFile", "a"), ("user", " "), ("port", "1"));
        Assert.Equal(["configurations", "keyFile", "listen", "port", "secret", "service", "user"], Short(problems));
        foreach (var listen in new[] { "", "9443", "https://webhook.example:9443", "https://0.0.0.0:9443/path", "https://me@0.0.0.0:9443" })
        {
            Assert.Equal(["kubernetes.admission.listen"], Read(("listen", listen)).Problems);
        }

        Assert.Equal(["kubernetes.admission.listen"], Read(("service", "webhook")).Problems);
    }

    private static IEnumerable<string> Short(IEnumerable<string> problems) =>
        problems.Select(problem => problem.Replace("kubernetes.admission.", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static (AdmissionOptions? Options, IReadOnlyList<string> Problems) Read(params (string Key, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"kubernetes:admission:{value.Key}", (string?)value.Value))).Build();
        var settings = new SettingsReader(configuration);
        var options = KubernetesOptionsReader.Read(settings.Section("kubernetes"));
        return (options.Admission, [.. settings.Finish().Select(problem => problem.Path)]);
    }
}

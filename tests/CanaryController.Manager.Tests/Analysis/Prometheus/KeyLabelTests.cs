using System.Text.RegularExpressions;
using CanaryController.Manager.Analysis.Prometheus.Sources;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>How exporters write the name of a Service into one label.</summary>
public sealed class KeyLabelTests
{
    [Theory]
    [InlineData("shop-checkout-canary-80@kubernetescrd", "shop-checkout-canary")]
    [InlineData("shop-checkout-canary-http@kubernetescrd", "shop-checkout-canary")]
    [InlineData("httproute-shop-checkout-gw-infra-web-ep-https-0-svc-shop-checkout-canary-1@kubernetesgateway", "shop-checkout-canary")]
    [InlineData("grpcroute-shop-checkout-gw-infra-web-ep-https-12-svc-shop-checkout-canary-10@kubernetesgateway", "shop-checkout-canary")]
    [InlineData("shop-checkout-canary-http-80@kubernetesgateway", "shop-checkout-canary")]
    [InlineData("shop-checkout-canary-grpc-80@kubernetesgateway", "shop-checkout-canary")]
    [InlineData("checkout-canary", "")]
    [InlineData("@kubernetesgateway", "")]
    public void Traefik_names_a_service_by_its_provider_and_queries_find_it(string value, string part)
    {
        var label = new KeyLabel("service", KeyForm.ServiceOfProvider);
        Assert.Equal(part, label.PartOf(value));
        Assert.True(part.Length == 0 || Regex.IsMatch(value, $"^(?:{label.Pattern(part)})$", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }
}

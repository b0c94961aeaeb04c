using System.Net;
using System.Net.Sockets;
using CanaryController.Testing;

namespace CanaryController.Manager.Tests.Api;

/// <summary>The address for machines: open to everybody, and empty of everything else.</summary>
public sealed class ProbeTests
{
    [Theory]
    [InlineData("/healthz", 200)]
    [InlineData("/readyz", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/v1/namespaces/default/rollouts", 404)]
    [InlineData("/openapi/v1.json", 404)]
    public async Task The_probes_address_serves_everybody_and_nothing_but_probes(string path, int status)
    {
        var probes = new Uri($"http://127.0.0.1:{FreePort()}");
        await using var manager = new ManagerBed(realTime: true, probes: new(probes));
        await manager.App.StartAsync();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(probes, path));
        request.Headers.Host = "10.64.0.7";
        using var response = await http.SendAsync(request);
        await manager.App.StopAsync();

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

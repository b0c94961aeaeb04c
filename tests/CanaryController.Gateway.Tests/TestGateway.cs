using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Gateway.Configuration;
using CanaryController.Gateway.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace CanaryController.Gateway.Tests;

/// <summary>A gateway in this process with real sockets on free loopback ports, and clients of both of its addresses.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    public const string Token = "a-token-of-these-tests";
    private readonly DirectoryInfo _folder;
    private readonly bool _ownsFolder;

    private TestGateway(DirectoryInfo folder, bool ownsFolder, GatewayApplication application)
    {
        (_folder, _ownsFolder, Application) = (folder, ownsFolder, application);
        Users = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = application.TrafficAddress };
        Admin = new HttpClient { BaseAddress = application.AdminAddress };
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public GatewayApplication Application { get; }

    public HttpClient Users { get; }

    public HttpClient Admin { get; }

    public string ConfigurationFile => Path.Combine(_folder.FullName, "canary-gateway.yaml");

    public string StateFile => Path.Combine(_folder.FullName, "state", "splits.json");

    /// <summary>The usual route <c>shop</c> with stable v1 and canary v2, then <paramref name="more"/> settings of the route, indented by two.</summary>
    public static string Shop(Upstream v1, Upstream v2, string more = "") =>
        $$"""
        - name: shop
          stable: v1
          versions:
            v1: {addresses: ["{{v1.Address}}"]}
            v2: {addresses: ["{{v2.Address}}"]}
        {{more}}
        """;

    public static DirectoryInfo NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("gateway-tests-");
        File.WriteAllText(Path.Combine(folder.FullName, "token"), Token + "\n");
        return folder;
    }

    public static string Configuration(DirectoryInfo folder, string routes, string settings = "") =>
        $"""
        listen: http://127.0.0.1:0
        admin:
          listen: http://127.0.0.1:0
          tokenFile: {folder.FullName}/token
        stateFile: {folder.FullName}/state/splits.json
        {settings}
        routes:
        {routes}
        """;

    public static async Task<TestGateway> StartAsync(string routes, string settings = "", TimeProvider? time = null, DirectoryInfo? folder = null)
    {
        var place = folder ?? NewFolder();
        Directory.CreateDirectory(Path.Combine(place.FullName, "state"));
        var file = Path.Combine(place.FullName, "canary-gateway.yaml");
        await File.WriteAllTextAsync(file, Configuration(place, routes, settings));
        var read = GatewayOptionsReader.FromFile(file);
        Assert.Empty(read.Problems);
        var application = new GatewayApplication(read.Options!, NullLoggerFactory.Instance, time ?? TimeProvider.System);
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new TestGateway(place, folder is null, application);
    }

    public void WriteConfiguration(string routes) => File.WriteAllText(ConfigurationFile, Configuration(_folder, routes));

    public async Task<HttpResponseMessage> PutAsync(string split, string? ifMatch = null, string route = "shop")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/admin/v1/routes/{route}/split") { Content = new StringContent(split, Encoding.UTF8, "application/json") };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await Admin.SendAsync(request);
    }

    public async Task<JsonNode> SplitAsync(int v1, int v2, string matches = "[]")
    {
        using var response = await PutAsync($$"""{"weights": {"v1": {{v1}}, "v2": {{v2}}}, "matches": {{matches}}}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async Task<JsonNode> RouteAsync(string route = "shop") => JsonNode.Parse(await Admin.GetStringAsync(new Uri($"/admin/v1/routes/{route}", UriKind.Relative)))!;

    /// <summary>The value of a sample by its name and labels, as the metrics page writes it; null when it is not there.</summary>
    public async Task<double?> MetricAsync(string sample)
    {
        var page = await Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(sample.Length + 1)..]);
    }

    public Task<string> AskAsync(string path = "/") => Users.GetStringAsync(new Uri(path, UriKind.Relative));

    public async ValueTask DisposeAsync()
    {
        Users.Dispose();
        Admin.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
        if (_ownsFolder)
        {
            _folder.Delete(recursive: true);
        }
    }
}

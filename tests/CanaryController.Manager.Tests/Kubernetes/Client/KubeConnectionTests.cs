using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CanaryController.Manager.Kubernetes.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class KubeConnectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("canary-kubeconfig-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("{token: abc}", "Bearer abc")]
    [InlineData("{username: me, password: pass}", "Basic bWU6cGFzcw==")]
    [InlineData("{tokenFile: token}", "Bearer from-file")]
    [InlineData("{}", null)]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [plugin.sh]}}", "Bearer from-plugin")]
    public async Task Who_we_are_comes_from_the_kubeconfig(string user, string? authorization)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "token"), "from-file\n");
        var plugin = Path.Combine(_folder, "plugin.sh");
        await File.WriteAllTextAsync(plugin, """echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'""");
        await using var server = await ScriptedApiServer.StartAsync();
        server.ThenStatus(200, "{}");
        using var connection = KubeConnection.Open(new() { Kubeconfig = Write("config", server.Url, user.Replace("plugin.sh", plugin, StringComparison.Ordinal)) });

        Assert.Equal(HttpStatusCode.OK, await AskAsync(connection));
        Assert.Equal(authorization, server.Headers.GetValueOrDefault("Authorization"));
        Assert.Equal("team-a", connection.Namespace);
    }

    [Fact]
    public void A_kubeconfig_that_cannot_be_used_is_one_sentence()
    {
        var file = Write("config", "http://127.0.0.1:1", "{token: abc}");
        foreach (var options in new KubernetesOptions[] { new() { Kubeconfig = Path.Combine(_folder, "none") }, new() { Kubeconfig = file, Context = "other" }, new() { Kubeconfig = Text("bad", "a: [") } })
        {
            var wrong = Assert.Throws<KubeConnectionException>(() => KubeConnection.Open(options));
            Assert.StartsWith($"kubernetes: the way to the API server cannot be had from the kubeconfig {options.Kubeconfig}: ", wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_plugin_that_fails_later_is_no_answer()
    {
        var plugin = Path.Combine(_folder, "plugin.sh");
        await File.WriteAllTextAsync(plugin, """echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'""");
        var user = $"{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: [{plugin}]}}}}";
        using var connection = KubeConnection.Open(new() { Kubeconfig = Write("config", "http://127.0.0.1:1", user) });
        await File.WriteAllTextAsync(plugin, "exit 3");
        var wrong = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(connection));
        Assert.StartsWith("The credentials for the API server cannot be had:", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, "", true)]
    [InlineData(true, false, "", false)]
    [InlineData(false, true, "", false)]
    [InlineData(true, false, "tls-server-name: elsewhere.example, ", true)]
    [InlineData(false, false, "insecure-skip-tls-verify: true, ", true)]
    public async Task A_server_is_trusted_by_the_clusters_CA_and_its_name(bool rightAuthority, bool rightName, string cluster, bool trusted)
    {
        using var authority = Authority("cluster-ca");
        using var another = Authority("another-ca");
        using var certificate = Signed(rightAuthority ? authority : another, "server", rightName ? null : "elsewhere.example", server: true);
        using var client = Signed(authority, "the-client", null, server: false);
        await using var app = await ServeAsync(certificate);
        var data = cluster.Contains("skip", StringComparison.Ordinal) ? cluster : $"{cluster}certificate-authority-data: {Base64(authority.ExportCertificatePem())}, ";
        var user = $"{{client-certificate-data: {Base64(client.ExportCertificatePem())}, client-key-data: {Base64(client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())}}}";
        using var connection = KubeConnection.Open(new() { Kubeconfig = Write("config", app.Urls.First(), user, data) });

        if (trusted)
        {
            using var request = new HttpRequestMessage();
            using var response = await connection.SendAsync(request, "/who", TestContext.Current.CancellationToken);
            Assert.Equal("CN=the-client", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        else
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(connection));
        }
    }

    private static async Task<HttpStatusCode> AskAsync(KubeConnection connection)
    {
        using var request = new HttpRequestMessage();
        using var response = await connection.SendAsync(request, "/version", TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<WebApplication> ServeAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        })));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync(context.Connection.ClientCertificate!.Subject));
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name, string? host, bool server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (server)
        {
            var names = new SubjectAlternativeNameBuilder();
            if (host is null)
            {
                names.AddIpAddress(IPAddress.Loopback);
            }
            else
            {
                names.AddDnsName(host);
            }

            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(authority, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1), [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private string Write(string name, string server, string user, string cluster = "") => Text(
        name,
        $$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: { {{cluster}} server: "{{server}}"} }]
        users: [{name: u, user: {{user}}}]
        contexts: [{name: x, context: {cluster: c, user: u, namespace: team-a} }]
        current-context: x
        """);

    private string Text(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Tests.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CanaryController.ApiServerStub.Tests.Admission;

/// <summary>Webhooks on a port of 127.0.0.1 with a certificate of their own; each path answers what a test says.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private static readonly X509Certificate2 _certificate = MakeCertificate();
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<JsonNode, JsonObject>> _answers = new(StringComparer.Ordinal);

    private HookServer(WebApplication app) => _app = app;

    /// <summary>The <c>request</c> of each review, with its path.</summary>
    public ConcurrentQueue<(string Path, JsonNode Request)> Asked { get; } = [];

    public int Port => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static string CaBundle => Convert.ToBase64String(Encoding.UTF8.GetBytes(_certificate.ExportCertificatePem()));

    public static JsonObject Allow => new() { ["allowed"] = true };

    public static async Task<HookServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(_certificate);
        }));
        var app = builder.Build();
        var server = new HookServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>An answer with a JSON Patch.</summary>
    public static JsonObject Patch(string operations) =>
        new() { ["allowed"] = true, ["patchType"] = "JSONPatch", ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(operations)) };

    public static JsonObject Deny(string? status = null)
    {
        var answer = new JsonObject { ["allowed"] = false };
        if (status is not null)
        {
            answer["status"] = JsonNode.Parse(status);
        }

        return answer;
    }

    /// <summary>Says what a path answers to a request.</summary>
    public void On(string path, Func<JsonNode, JsonObject> answer) => _answers[path] = answer;

    /// <summary>Configures one webhook, at a path that is its configuration's name.</summary>
    public async Task AddAsync(Client client, string name, Func<JsonNode, JsonObject> answer, string more = "{}", string kind = "mutating")
    {
        On($"/{name}", answer);
        var hook = (JsonObject)JsonNode.Parse($$"""
            {"name":"{{name}}.example.com","clientConfig":{"url":"https://127.0.0.1:{{Port}}/{{name}}","caBundle":"{{CaBundle}}"},"sideEffects":"None","admissionReviewVersions":["v1"],
            "rules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["configmaps","widgets"]}]}
            """)!;
        foreach (var (key, value) in (JsonObject)JsonNode.Parse(more)!)
        {
            hook[key] = value?.DeepClone();
        }

        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["webhooks"] = new JsonArray(hook) };
        var (code, answered) = await client.PostAsync($"apis/admissionregistration.k8s.io/v1/{kind}webhookconfigurations", body.ToJsonString());
        Assert.True(code == HttpStatusCode.Created, answered.ToJsonString());
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var review = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!;
        var request = review["request"]!;
        Asked.Enqueue((context.Request.Path.Value!, request));
        var response = _answers[context.Request.Path.Value!](request);
        response["uid"] ??= (string)request["uid"]!;
        await context.Response.WriteAsync(new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response }.ToJsonString(), context.RequestAborted);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hooks", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("hooks.default.svc");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}

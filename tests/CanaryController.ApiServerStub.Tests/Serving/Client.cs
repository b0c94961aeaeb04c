using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Tests.Serving;

/// <summary>Asks a stub, as a client on the wire.</summary>
internal sealed class Client : IAsyncDisposable
{
    public const string Deployments = "apis/apps/v1/namespaces/default/deployments";
    public const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    public const string Widgets = "apis/example.com/v1/namespaces/default/widgets";
    private readonly HttpClient _http;

    private Client(StubServer server)
    {
        Server = server;
        _http = new() { BaseAddress = server.BaseUrl };
        _http.DefaultRequestHeaders.Add("User-Agent", "tester/1.0");
    }

    public StubServer Server { get; }

    public HttpClient Http => _http;

    public static async Task<Client> StartAsync(StubOptions? options = null) => new(await StubServer.StartAsync(options ?? new()));

    public static Task<Client> WithWidgetsAsync() => StartAsync(new() { Crds = [WidgetCrd] });

    public Task<(HttpStatusCode Code, JsonNode Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<(HttpStatusCode Code, JsonNode Body)> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<(HttpStatusCode Code, JsonNode Body)> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public Task<(HttpStatusCode Code, JsonNode Body)> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public Task<(HttpStatusCode Code, JsonNode Body)> JsonPatchAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/json-patch+json");

    public Task<(HttpStatusCode Code, JsonNode Body)> MergeAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json");

    public Task<(HttpStatusCode Code, JsonNode Body)> ApplyAsync(string path, string manager, string body, bool force = false) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}", body, "application/apply-patch+yaml");

    public async Task<(HttpStatusCode Code, JsonNode Body)> SendAsync(HttpMethod method, string path, string? body, string media = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, media) };
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    /// <summary>The lines of a watch, each as JSON.</summary>
    public async Task<WatchLines> WatchAsync(string pathAndQuery)
    {
        var response = await _http.GetAsync(new Uri(pathAndQuery, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }

    public static string Deployment(string name, string more = "") => """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"NAME"},"spec":{MORE"selector":{"matchLabels":{"app":"NAME"}},
        "template":{"metadata":{"labels":{"app":"NAME"}},"spec":{"containers":[{"name":"c","image":"shop:1"}]}}}}
        """.Replace("NAME", name, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal);

    public static string Widget(string name, string spec) => """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"NAME"},"spec":SPEC}""".Replace("NAME", name, StringComparison.Ordinal).Replace("SPEC", spec, StringComparison.Ordinal);

    private const string WidgetCrd = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: widgets, kind: Widget}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties:
                      size: {type: integer, minimum: 1, maximum: 9}
                      color: {type: string, enum: [red, green], default: red}
                      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
                      rules: {type: array, items: {type: object, properties: {name: {type: string}}}}
                      parts:
                        type: array
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [name]
                        items: {type: object, required: [name], properties: {name: {type: string}, count: {type: integer}}}
                  status: {type: object, properties: {phase: {type: string}}}
          - name: v1beta1
            served: true
            storage: false
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """;
}

/// <summary>An open watch.</summary>
internal sealed class WatchLines(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public HttpStatusCode Code => response.StatusCode;

    /// <summary>The next line; null at the end.</summary>
    public async Task<JsonNode?> NextAsync() => await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line ? JsonNode.Parse(line) : null;

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}

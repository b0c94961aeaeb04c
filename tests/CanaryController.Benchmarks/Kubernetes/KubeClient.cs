using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Benchmarks.Running;

namespace CanaryController.Benchmarks.Kubernetes;

/// <summary>The bench's own way to the API server stub.</summary>
internal sealed class KubeClient(int port) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The object; null when there is none.</summary>
    public async Task<JsonObject?> FindAsync(KubeKind kind, string? ns, string name, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(At(kind.Path(ns, name)), cancellation);
        return answer.StatusCode is HttpStatusCode.NotFound ? null : await ReadAsync(answer, cancellation);
    }

    /// <summary>All objects of a namespace, with apiVersion and kind first, as a server stores them.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListAsync(KubeKind kind, string? ns, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(At(kind.Path(ns)), cancellation);
        return [.. ((JsonArray)(await ReadAsync(answer, cancellation))["items"]!).Select(item => Whole(kind, (JsonObject)item!))];
    }

    public Task<JsonObject> CreateAsync(KubeKind kind, string? ns, JsonObject body, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"{kind.Path(ns)}?fieldManager=kubectl-client-side-apply", body, "application/json", cancellation);

    /// <summary>A JSON merge patch.</summary>
    public Task<JsonObject> MergeAsync(KubeKind kind, string ns, string name, JsonObject patch, CancellationToken cancellation, string? subresource = null) =>
        SendAsync(HttpMethod.Patch, $"{kind.Path(ns, name, subresource)}?fieldManager=bench", patch, "application/merge-patch+json", cancellation);

    /// <summary>All changes of a kind from now on, in all namespaces.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(KubeKind kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await _http.GetAsync(At($"{kind.Path(null)}?watch=1"), HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (JsonNode.Parse(line) is JsonObject happened && (string?)happened["type"] is "ADDED" or "MODIFIED")
            {
                yield return (JsonObject)happened["object"]!;
            }
        }
    }

    /// <summary>What the manager asked since the server began, oldest first.</summary>
    public async Task<IReadOnlyList<ManagerRequest>> RequestsAsync(CancellationToken cancellation)
    {
        var text = await _http.GetStringAsync(At("/stub/requests"), cancellation);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
                .Where(each => ((string?)each["userAgent"])?.StartsWith("canary-manager/", StringComparison.Ordinal) == true)
                .Select(each => new ManagerRequest((string)each["verb"]!, (string)each["resource"]!, (string)each["subresource"]!, (string)each["name"]!)),
        ];
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject Whole(KubeKind kind, JsonObject item)
    {
        var whole = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind };
        foreach (var (name, value) in item.Where(member => member.Key is not ("apiVersion" or "kind")))
        {
            whole[name] = value?.DeepClone();
        }

        return whole;
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject body, string type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, At(path)) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type) };
        using var answer = await _http.SendAsync(request, cancellation);
        return await ReadAsync(answer, cancellation);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation) => answer.IsSuccessStatusCode
        ? (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!
        : throw new InvalidOperationException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri}: {await answer.Content.ReadAsStringAsync(cancellation)}");

    private Uri At(string path) => BenchStage.Local(port, path);
}

/// <summary>A request of the manager, as the stub logged it.</summary>
internal sealed record ManagerRequest(string Verb, string Resource, string Subresource, string Name)
{
    /// <summary>What is there and asked all the time: watches and the Lease.</summary>
    public bool IsUpkeep => Verb == "watch" || Resource == "coordination.k8s.io/leases";

    public override string ToString() => Subresource.Length == 0 ? $"{Verb} {Resource}" : $"{Verb} {Resource}/{Subresource}";
}

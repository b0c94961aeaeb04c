using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Kubernetes.Client;

/// <inheritdoc cref="IKubeApi"/>
/// <remarks>Each request has a deadline, its waiting for a turn included. Those made in an <see cref="UrgentRequests"/> scope wait behind nobody.</remarks>
internal sealed class KubeApi(KubeTransport transport, KubernetesOptions options, TimeProvider time) : IKubeApi
{
    /// <summary>An answer larger than this is refused; the server stores no object of more than about 1.5 MB.</summary>
    public const int MaxAnswerBytes = 8 << 20;

    private const string Manager = "fieldManager=" + Marks.FieldManager;

    /// <inheritdoc/>
    public Task<KubeAnswer> GetAsync(ObjectKind kind, ObjectName name, CancellationToken cancellation) =>
        SendAsync(new(kind, name.ToString(), "get", HttpMethod.Get, PathOf(kind, name), null), cancellation);

    /// <inheritdoc/>
    public Task<KubeAnswer> CreateAsync(ObjectKind kind, string ns, JsonObject body, CancellationToken cancellation)
    {
        var name = new ObjectName(ns, (string?)body["metadata"]?["name"] ?? (string?)body["metadata"]?["generateName"] ?? "");
        return SendAsync(new(kind, name.ToString(), "create", HttpMethod.Post, $"{kind.Path(ns)}?{Manager}", new("application/json", body.ToJsonString())), cancellation);
    }

    /// <inheritdoc/>
    public Task<KubeAnswer> PatchAsync(ObjectKind kind, ObjectName name, JsonPatch patch, CancellationToken cancellation, string? subresource = null)
    {
        var path = subresource is null ? PathOf(kind, name) : $"{PathOf(kind, name)}/{subresource}";
        var content = new Content("application/json-patch+json", patch.ToString());
        return SendAsync(new(kind, name.ToString(), "patch", HttpMethod.Patch, $"{path}?{Manager}", content), cancellation);
    }

    /// <inheritdoc/>
    public Task<KubeAnswer> DeleteAsync(ObjectKind kind, ObjectName name, string uid, CancellationToken cancellation, string? resourceVersion = null)
    {
        var conditions = new JsonObject { ["uid"] = uid };
        if (resourceVersion is not null)
        {
            conditions["resourceVersion"] = resourceVersion;
        }

        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["preconditions"] = conditions, ["propagationPolicy"] = "Background" };
        return SendAsync(new(kind, name.ToString(), "delete", HttpMethod.Delete, PathOf(kind, name), new("application/json", body.ToJsonString())), cancellation);
    }

    private static string PathOf(ObjectKind kind, ObjectName name) => $"{kind.Path(name.Namespace)}/{Uri.EscapeDataString(name.Name)}";

    private async Task<KubeAnswer> SendAsync(Order order, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(order.Method, default(Uri)) { Content = order.Content?.ToHttp() };
            using var response = await transport.SendAsync(request, order.Path, order.Verb, order.Kind, options.RequestTimeout, either.Token);
            return await ReadAsync(order, response, either.Token);
        }
        catch (KubeRefusedException refused)
        {
            var rest = refused.RetryAfter is { } wait ? $" It asks to be left alone for {wait.TotalSeconds:0} s." : "";
            return new(refused.Status.ToOutcome(), null, $"The API server refused to {order}: {refused.Message}.{rest}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unavailable($"The API server did not {order} within {options.RequestTimeout.TotalSeconds:0.###} s.");
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException)
        {
            return Unavailable($"The API server could not be asked to {order}: {wrong.Message}");
        }
    }

    private static async Task<KubeAnswer> ReadAsync(Order order, HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = await PooledBody.ReadAsync(stream, response.Content.Headers.ContentLength, MaxAnswerBytes, cancellation);
        if (body is null)
        {
            return Unavailable($"The API server's answer when asked to {order} is larger than {MaxAnswerBytes >> 20} MB.");
        }

        try
        {
            if (JsonNode.Parse(body.Span) is JsonObject answer)
            {
                // A delete that is over answers with a Status, not with the object.
                var isStatus = (string?)answer["kind"] == "Status" && (string?)answer["apiVersion"] == "v1";
                return new(KubeOutcome.Done, isStatus ? null : answer, null);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or ArgumentException)
        {
            // Told below: whatever answers like this is not the API server.
        }

        return Unavailable($"The API server's answer when asked to {order} is no JSON object.");
    }

    private static KubeAnswer Unavailable(string problem) => new(KubeOutcome.Unavailable, null, problem);

    private sealed record Order(ObjectKind Kind, string Name, string Verb, HttpMethod Method, string Path, Content? Content)
    {
        public override string ToString() => $"{Verb} {Kind} {Name}";
    }

    private sealed record Content(string Type, string Text)
    {
        public ByteArrayContent ToHttp() => new ByteArrayContent(Encoding.UTF8.GetBytes(Text)) { Headers = { ContentType = new MediaTypeHeaderValue(Type) } };
    }
}

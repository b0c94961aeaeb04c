using System.Text.Json;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Reads all objects of a target into the cache, page by page.</summary>
internal sealed class ObjectList<T>(KubeTransport transport, InformerTarget target, ObjectProjector<T> projector, ObjectCache<T> cache, TimeProvider time)
    where T : class, ICached
{
    /// <summary>A page larger than this is asked for again in smaller pages.</summary>
    public const int MaxPageBytes = 64 << 20;

    private const int FirstPageSize = 500;
    private const int MaxPages = 100_000;

    private static readonly TimeSpan PagePatience = TimeSpan.FromSeconds(60);

    private int _pageSize = FirstPageSize;

    /// <summary>Reads them, and removes from the cache what is not there any more.</summary>
    /// <returns>The version that a watch goes on from.</returns>
    /// <exception cref="KubeRefusedException">The server refuses; 410: the list took too long, and has to begin again.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    /// <exception cref="InvalidDataException">The answer is no list.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var began = cache.BeginList();
        var listed = new HashSet<ObjectName>();
        var next = "";
        for (var page = 0; page < MaxPages; page++)
        {
            (var version, next) = await ReadPageAsync(next, listed, began, cancellation);
            if (next.Length == 0)
            {
                cache.EndList(target.Namespace, listed, version, began);
                return version;
            }
        }

        throw new InvalidDataException($"a list of more than {MaxPages} pages has no end.");
    }

    private async Task<(string Version, string Next)> ReadPageAsync(string from, HashSet<ObjectName> listed, long began, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(PagePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var path = target.Path($"limit={_pageSize}{(from.Length == 0 ? "" : $"&continue={Uri.EscapeDataString(from)}")}");
            using var request = new HttpRequestMessage(HttpMethod.Get, default(Uri));
            using var response = await transport.SendAsync(request, path, "list", target.Kind, PagePatience, either.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            using var body = await PooledBody.ReadAsync(stream, response.Content.Headers.ContentLength, MaxPageBytes, either.Token);
            if (body is null)
            {
                var asked = _pageSize;
                _pageSize = Math.Max(1, asked / 10);
                throw new InvalidDataException($"{asked} objects are more than {MaxPageBytes >> 20} MB; {_pageSize} are asked for at once from now on.");
            }

            using var document = JsonDocument.Parse(body.Memory);
            return TakePage(document.RootElement, listed, began);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no page of the list came within {PagePatience.TotalSeconds:0} s.", late);
        }
    }

    private (string Version, string Next) TakePage(JsonElement list, HashSet<ObjectName> listed, long began)
    {
        if (list.ValueKind != JsonValueKind.Object || !list.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object
            || !metadata.TryGetProperty("resourceVersion", out var version) || version.ValueKind != JsonValueKind.String
            || !list.TryGetProperty("items", out var items) || items.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
        {
            throw new InvalidDataException("the answer is no list of objects.");
        }

        if (items.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in items.EnumerateArray())
            {
                var isRead = projector.TryRead(item, out var name, out var projected);
                if (name is { } known && (!isRead || projected is not null))
                {
                    listed.Add(known);
                }

                if (projected is not null)
                {
                    cache.PutListed(projected, began);
                }
            }
        }

        var next = metadata.TryGetProperty("continue", out var token) && token.ValueKind == JsonValueKind.String ? token.GetString()! : "";
        return (version.GetString()!, next);
    }
}

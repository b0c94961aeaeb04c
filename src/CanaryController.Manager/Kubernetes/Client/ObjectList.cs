using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Reads all objects of a target into the cache, page by page.</summary>
internal sealed class ObjectList<T>(KubeTransport transport, InformerTarget target, KeptFields kept, ObjectProjector<T> projector, ObjectCache<T> cache, TimeProvider time)
    where T : class, ICached
{
    /// <summary>A page larger than this is asked for again in smaller pages.</summary>
    public const int MaxPageBytes = 64 << 20;

    private const int FirstPageSize = 100;

    /// <summary>Later pages have as many objects as make up about this much: large pages take much memory at once, small ones many requests.</summary>
    private const int PageBytes = 1 << 20;
    private const int MostInPage = 1_000;
    private const int LeastInPage = 20;
    private const int MaxPages = 100_000;

    private static readonly TimeSpan PagePatience = TimeSpan.FromSeconds(60);

    private readonly KeptFields _kept = kept.InList();

    /// <summary>How many objects the first page has, and no page has more once one was too large.</summary>
    private int _firstPageSize = FirstPageSize;

    /// <summary>Reads them, and removes from the cache what is not there any more.</summary>
    /// <returns>The version that a watch goes on from.</returns>
    /// <exception cref="KubeRefusedException">The server refuses; 410: the list took too long, and has to begin again.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    /// <exception cref="InvalidDataException">The answer is no list.</exception>
    public async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var began = cache.BeginList();
        var listed = new HashSet<ObjectName>();

        // For all pages, and gone with the list: blocks of a shared pool would stay for good.
        var buffer = new PageBuffer(MaxPageBytes);
        var (next, size) = ("", _firstPageSize);
        for (var number = 0; number < MaxPages; number++)
        {
            var page = await ReadPageAsync(next, size, buffer, listed, began, cancellation);
            if (page.Next.Length == 0)
            {
                cache.EndList(target.Namespace, listed, page.Version, began);
                return page.Version;
            }

            next = page.Next;
            if (page.Count > 0 && _firstPageSize == FirstPageSize)
            {
                size = Math.Clamp(PageBytes / Math.Max(1, page.Bytes / page.Count), LeastInPage, MostInPage);
            }
        }

        throw new InvalidDataException($"a list of more than {MaxPages} pages has no end.");
    }

    private async Task<Page> ReadPageAsync(string from, int size, PageBuffer buffer, HashSet<ObjectName> listed, long began, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(PagePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var path = target.Path($"limit={size}{(from.Length == 0 ? "" : $"&continue={Uri.EscapeDataString(from)}")}");
            using var request = new HttpRequestMessage(HttpMethod.Get, default(Uri));
            using var response = await SendAsync(request, path, isFirst: from.Length == 0, either.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            if (!await buffer.ReadAsync(stream, response.Content.Headers.ContentLength, either.Token))
            {
                _firstPageSize = Math.Max(1, size / 10);
                throw new InvalidDataException($"{size} objects are more than {MaxPageBytes >> 20} MB; {_firstPageSize} are asked for at once from now on.");
            }

            var bytes = buffer.Read.Length;
            buffer.Sift(_kept);
            using var document = JsonDocument.Parse(buffer.Read);
            return TakePage(document.RootElement, listed, began) with { Bytes = bytes };
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no page of the list came within {PagePatience.TotalSeconds:0} s.", late);
        }
    }

    /// <summary>A list is one request to those who share the rate: its further pages follow one after the other, so they are few at once, and waiting between them would only make the list older.</summary>
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, bool isFirst, CancellationToken cancellation) => isFirst
        ? transport.SendAsync(request, path, "list", target.Kind, PagePatience, cancellation)
        : transport.ContinueAsync(request, path, "list", target.Kind, cancellation);

    private Page TakePage(JsonElement list, HashSet<ObjectName> listed, long began)
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
        return new(version.GetString()!, next, 0, items.ValueKind == JsonValueKind.Array ? items.GetArrayLength() : 0);
    }

    /// <summary>A page that was taken over.</summary>
    /// <param name="Version">The list's version.</param>
    /// <param name="Next">Where the next one begins; empty after the last.</param>
    /// <param name="Bytes">How long it was.</param>
    /// <param name="Count">How many objects it had.</param>
    private readonly record struct Page(string Version, string Next, int Bytes, int Count);
}

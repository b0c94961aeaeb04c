using System.Buffers;

namespace CanaryController.Manager.Outbound;

/// <summary>An answer's body in one pooled block, so that series are told apart by their bytes without making strings. Dispose it once.</summary>
internal sealed class PooledBody : IDisposable
{
    private byte[] _block;

    private PooledBody(byte[] block, int length) => (_block, Length) = (block, length);

    /// <summary>Bytes read.</summary>
    public int Length { get; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Span => _block.AsSpan(0, Length);

    /// <summary>The body, which may be used until it is disposed.</summary>
    public ReadOnlyMemory<byte> Memory => _block.AsMemory(0, Length);

    /// <summary>Reads the stream to its end; null when it is longer than <paramref name="maxBytes"/>.</summary>
    public static async ValueTask<PooledBody?> ReadAsync(Stream stream, long? expectedBytes, int maxBytes, CancellationToken cancellation)
    {
        if (expectedBytes > maxBytes)
        {
            return null;
        }

        var block = ArrayPool<byte>.Shared.Rent((int)Math.Max(expectedBytes ?? 0, 64 * 1024));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(block.AsMemory(length), cancellation);
                if (read == 0)
                {
                    var body = new PooledBody(block, length);
                    block = [];
                    return body;
                }

                length += read;
                if (length > maxBytes)
                {
                    return null;
                }

                if (length == block.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(block.Length * 2);
                    block.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(block);
                    block = larger;
                }
            }
        }
        finally
        {
            if (block.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(block);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var block = Interlocked.Exchange(ref _block, []);
        if (block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}

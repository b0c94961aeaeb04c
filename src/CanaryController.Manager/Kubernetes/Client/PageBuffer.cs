namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Holds one page of a list after the other in the same memory.</summary>
/// <param name="maxBytes">The longest page that is read.</param>
internal sealed class PageBuffer(int maxBytes)
{
    private const int FirstBytes = 256 << 10;

    private byte[] _block = [];
    private int _length;

    /// <summary>What was read last, or is left of it; valid until the next page.</summary>
    public ReadOnlyMemory<byte> Read => _block.AsMemory(0, _length);

    /// <summary>Drops what is not kept.</summary>
    /// <exception cref="System.Text.Json.JsonException">The page is no JSON.</exception>
    public void Sift(KeptFields kept) => _length = JsonSieve.Sift(_block.AsSpan(0, _length), kept);

    /// <summary>Reads the stream to its end; false when it is longer than allowed.</summary>
    /// <param name="stream">The page.</param>
    /// <param name="expectedBytes">How long it says that it is; null when it does not.</param>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask<bool> ReadAsync(Stream stream, long? expectedBytes, CancellationToken cancellation)
    {
        _length = 0;
        if (expectedBytes > maxBytes)
        {
            return false;
        }

        // One byte more, so that the end is seen without growing.
        Grow((int)Math.Max(expectedBytes + 1 ?? 0, FirstBytes));
        while (true)
        {
            var read = await stream.ReadAsync(_block.AsMemory(_length), cancellation);
            if (read == 0)
            {
                return true;
            }

            _length += read;
            if (_length > maxBytes)
            {
                return false;
            }

            if (_length == _block.Length)
            {
                Grow(2 * _block.Length);
            }
        }
    }

    private void Grow(int length)
    {
        if (length > _block.Length)
        {
            Array.Resize(ref _block, length);
        }
    }
}

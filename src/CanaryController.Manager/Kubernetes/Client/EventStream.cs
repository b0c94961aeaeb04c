using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>A watch's answer: one JSON object a line.</summary>
internal sealed class EventStream(Stream stream) : IAsyncDisposable
{
    /// <summary>A line longer than this is no event: the server stores no object of more than about 1.5 MB.</summary>
    public const int MaxLineBytes = 16 << 20;

    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));

    /// <summary>The next event, to be disposed; null at the end. Half a line at the end is no event: what it told comes again after the last whole one.</summary>
    /// <exception cref="JsonException">A line is not JSON.</exception>
    /// <exception cref="InvalidDataException">A line has no end.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<JsonDocument?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                var document = line.IsEmpty ? null : Parse(line);
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                if (document is null)
                {
                    continue;
                }

                return document;
            }

            if (buffer.Length > MaxLineBytes)
            {
                throw new InvalidDataException($"an event is larger than {MaxLineBytes >> 20} MB.");
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await stream.DisposeAsync();
    }

    /// <summary>The document has a copy of the line, because the reader's memory is used again.</summary>
    private static JsonDocument Parse(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        return JsonDocument.ParseValue(ref reader);
    }
}

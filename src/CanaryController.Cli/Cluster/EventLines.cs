using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace CanaryController.Cli.Cluster;

/// <summary>One event of a watch.</summary>
/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
/// <param name="Object">The object after it; for ERROR a Status.</param>
internal readonly record struct WatchEvent(string Type, JsonElement Object);

/// <summary>Reads a watch's answer: one JSON document a line.</summary>
internal static class EventLines
{
    /// <summary>More than any object of etcd has.</summary>
    private const int MaxLineBytes = 8 << 20;

    /// <summary>The events, until the server ends the answer.</summary>
    /// <exception cref="IOException">It broke off, or a line is too long.</exception>
    /// <exception cref="JsonException">It is no watch's answer.</exception>
    public static async IAsyncEnumerable<WatchEvent> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream);
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                if (!line.IsEmpty)
                {
                    yield return Parse(line);
                }

                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length > MaxLineBytes)
            {
                throw new IOException($"A line of the watch has more than {MaxLineBytes} bytes.");
            }

            if (read.IsCompleted)
            {
                // Some servers end with an ERROR whose line has no end.
                if (!rest.IsEmpty)
                {
                    yield return Parse(rest);
                }

                break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
    }

    private static WatchEvent Parse(ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && root.TryGetProperty("object", out var found)
            ? new(type.GetString()!, found.Clone())
            : throw new JsonException("A line is no event of a watch.");
    }
}

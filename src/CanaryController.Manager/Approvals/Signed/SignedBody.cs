using System.Buffers;

namespace CanaryController.Manager.Approvals.Signed;

/// <summary>Reads the raw body of a request whose signature is still to be checked: bounded in size and time, because anybody may send one.</summary>
internal static class SignedBody
{
    /// <summary>How long the whole body may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxBytes">The most that is read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">The sender is gone.</param>
    public static async Task<BodyRead> ReadAsync(HttpRequest request, int maxBytes, TimeProvider time, CancellationToken cancellation)
    {
        if (request.ContentLength > maxBytes)
        {
            return new(null, StatusCodes.Status413PayloadTooLarge, $"The body has {request.ContentLength} bytes; {maxBytes} are read at most.");
        }

        using var late = new CancellationTokenSource(Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(maxBytes + 1);
        try
        {
            var length = 0;
            while (await request.Body.ReadAsync(buffer.AsMemory(length, maxBytes + 1 - length), stop.Token) is > 0 and var read)
            {
                length += read;
                if (length > maxBytes)
                {
                    return new(null, StatusCodes.Status413PayloadTooLarge, $"The body has more than {maxBytes} bytes.");
                }
            }

            return new(buffer.AsSpan(0, length).ToArray(), 0, "");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new(null, StatusCodes.Status408RequestTimeout, $"The body did not come within {Patience.TotalSeconds:0} seconds.");
        }
        catch (BadHttpRequestException wrong)
        {
            return new(null, wrong.StatusCode, wrong.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>What became of reading a body.</summary>
/// <param name="Bytes">The body; null when it was not read.</param>
/// <param name="Status">The status to answer with then.</param>
/// <param name="Problem">Why, in one sentence.</param>
internal readonly record struct BodyRead(byte[]? Bytes, int Status, string Problem);

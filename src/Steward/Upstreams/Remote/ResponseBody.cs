using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>Reads the body of a response, up to a bound.</summary>
internal static class ResponseBody
{
    private const int FirstRead = 4 * 1024;

    /// <summary>The whole body on one line. Whoever gets it returns it.</summary>
    /// <exception cref="MessageTooLargeException">It is larger than the bound.</exception>
    public static async Task<RentedFrame> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
            throw new MessageTooLargeException(maxBytes);

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var reading = stream.ConfigureAwait(false);
        // One byte more than announced, so that the read that finds the end needs no larger buffer.
        var buffer = BytePool.Rent((int)(content.Headers.ContentLength + 1 ?? FirstRead));
        try
        {
            var length = 0;
            int read;
            while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length > maxBytes)
                    throw new MessageTooLargeException(maxBytes);
                if (length == buffer.Length)
                    buffer = Enlarge(buffer, length);
            }

            return RentedFrame.Copy(buffer.AsSpan(0, length).Trim(" \t\r\n"u8));
        }
        finally
        {
            BytePool.Return(buffer);
        }
    }

    /// <summary>What an error's body says, as far as it is worth reading; empty where it cannot be read.</summary>
    public static async Task<byte[]> ReadErrorAsync(HttpContent content, CancellationToken cancellationToken)
    {
        const int enough = 1024 * 1024;
        try
        {
            var body = await ReadAsync(content, enough, cancellationToken).ConfigureAwait(false);
            var copy = body.Span.ToArray();
            body.Return();
            return copy;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            return []; // the status says enough
        }
    }

    private static byte[] Enlarge(byte[] buffer, int length)
    {
        var larger = BytePool.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        BytePool.Return(buffer);
        return larger;
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Steward.Wire;

namespace Steward.Server.Mcp;

/// <summary>Reads request bodies into pooled memory.</summary>
internal static class RequestBody
{
    /// <summary>Reads the whole body; a frame that does not exist means that it is larger than allowed.</summary>
    public static ValueTask<RentedFrame> ReadAsync(HttpRequest request, long limit) => request.ContentLength switch
    {
        { } length when length > limit => default,
        { } length => ReadKnownAsync(request, (int)length),
        _ => ReadChunkedAsync(request, limit),
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // large bodies come in several reads: the wait allocates nothing
    private static async ValueTask<RentedFrame> ReadKnownAsync(HttpRequest request, int length)
    {
        var frame = RentedFrame.Rent(length, out var rest);
        try
        {
            while (!rest.IsEmpty)
            {
                var read = await request.BodyReader.ReadAsync();
                var available = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, rest.Length));
                available.CopyTo(rest.Span);
                rest = rest[(int)available.Length..];
                request.BodyReader.AdvanceTo(available.End);
                if (read.IsCompleted && !rest.IsEmpty)
                    throw new BadHttpRequestException("The body ended before its length.");
            }

            return frame;
        }
        catch
        {
            frame.Return();
            throw;
        }
    }

    private static async ValueTask<RentedFrame> ReadChunkedAsync(HttpRequest request, long limit)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await request.BodyReader.ReadAsync();
            }
            catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                return default; // the web server counts, too, and has the same limit
            }

            if (read.Buffer.Length > limit)
                return default;
            if (read.IsCompleted)
            {
                var frame = RentedFrame.Copy(read.Buffer);
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return frame;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Steward.Gateway;
using Steward.Gateway.Channels;

namespace Steward.Server.Channels;

/// <summary>The open channels. Bounded: a connection that never initializes counts, too.</summary>
internal sealed class ChannelTable(int limit)
{
    private readonly ConcurrentDictionary<string, ClientChannel> _open = new(StringComparer.Ordinal);
    private int _count;
    private volatile bool _closed;

    public int Limit => limit;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a channel in; <see langword="false"/> when there are as many as there may be, or none may be opened any more.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="id">128 random bits, by which it is found.</param>
    public bool TryAdd(ClientChannel channel, out string id)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        id = Base64Url.EncodeToString(random);
        if (Interlocked.Increment(ref _count) > limit || _closed)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }

        _open[id] = channel;
        if (_closed)
            channel.Close("Steward stops");
        return true;
    }

    /// <summary>The channel of that id on that endpoint, if it is that principal's; whoever else asks learns nothing.</summary>
    public bool TryFind(string id, GatewayEndpoint endpoint, string? principal, [NotNullWhen(true)] out ClientChannel? channel) =>
        _open.TryGetValue(id, out channel) && channel.Endpoint == endpoint && channel.Principal == principal;

    public void Remove(string id)
    {
        if (_open.TryRemove(id, out _))
            Interlocked.Decrement(ref _count);
    }

    /// <summary>Ends all channels, and lets none in any more.</summary>
    public void CloseAll()
    {
        _closed = true;
        foreach (var channel in _open.Values)
            channel.Close("Steward stops");
    }
}

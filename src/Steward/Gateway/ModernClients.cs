using System.Collections.Concurrent;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway;

/// <summary>
/// The clients of the modern era that were heard of lately, told apart by what they say of themselves with each request. Reading
/// that once and remembering it is cheaper than reading it every time.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="channel">What carries everything for these clients; <see langword="null"/> where each request has a stream of its own.</param>
internal sealed class ModernClients(TimeProvider clock, EventStream? channel = null)
{
    // Beyond, those that have nothing in flight are forgotten: they are known again with their next request.
    private const int Most = 1_024;

    private readonly ConcurrentDictionary<int, ModernClient[]> _known = new();
    private int _count;

    public IEnumerable<ModernClient> All => _known.Values.SelectMany(bucket => bucket);

    /// <summary>Who makes a request, by its <c>clientInfo</c> and <c>clientCapabilities</c>.</summary>
    public ModernClient Find(string? principal, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var info = envelope.ClientInfo.Of(message);
        var capabilities = envelope.ClientCapabilities.Of(message);
        var hash = new HashCode();
        hash.Add(principal);
        hash.AddBytes(info);
        hash.AddBytes(capabilities);
        var bucket = hash.ToHashCode();
        if (_known.TryGetValue(bucket, out var keys))
        {
            foreach (var known in keys)
            {
                if (known.Principal == principal && info.SequenceEqual(known.Info) && capabilities.SequenceEqual(known.DeclaredCapabilities))
                    return known;
            }
        }

        return Add(bucket, principal, info, capabilities);
    }

    private ModernClient Add(int bucket, string? principal, ReadOnlySpan<byte> info, ReadOnlySpan<byte> capabilities)
    {
        if (Interlocked.Increment(ref _count) > Most)
            ForgetIdle();
        var added = new ModernClient(principal, NameOf(info), Read(capabilities), clock, channel) { Info = info.ToArray(), DeclaredCapabilities = capabilities.ToArray() };
        _known.AddOrUpdate(bucket, static (_, added) => [added], static (_, keys, added) => [.. keys, added], added);
        return added;
    }

    private void ForgetIdle()
    {
        foreach (var (bucket, keys) in _known)
        {
            if (!keys.Any(client => client.IsBusy) && _known.TryRemove(bucket, out var removed))
                Interlocked.Add(ref _count, -removed.Length);
        }
    }

    private static string NameOf(ReadOnlySpan<byte> info)
    {
        if (info.IsEmpty)
            return "an unnamed client";
        var reader = new Utf8JsonReader(info, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("name"u8, out var name) ? name.ToString() : "an unnamed client";
    }

    private static ClientCapabilities Read(ReadOnlySpan<byte> capabilities)
    {
        var reader = new Utf8JsonReader(capabilities, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        return ClientCapabilities.Read(document.RootElement);
    }
}

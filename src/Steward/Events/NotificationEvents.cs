using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Events;

/// <summary>
/// Makes events of what servers say of their own accord. It runs on the relay path and sees whatever a server cares to say, so
/// it takes of each server a bounded number in a second and of each notification a bounded size; what it leaves out it counts.
/// </summary>
internal sealed class NotificationEvents(EventBus bus, TimeProvider time) : INotificationListener
{
    private const int LargestMethod = 256;
    private const int LargestParams = 16 * 1024;
    private const int MostServers = 256;

    private readonly Lock _gate = new();
    // As many as there are servers; those that are gone make room for others.
    private readonly Dictionary<string, NotificationRate> _rates = new(StringComparer.Ordinal);

    public void OnNotification(string serverId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // Lengths first: a message may have many megabytes, and this is for each server on the path of all its messages.
        if (!TryTake(serverId, isWanted: envelope.MethodName.Length <= LargestMethod, out var skipped))
            return;
        var method = envelope.MethodName.Of(message).ToArray();
        var data = envelope.Params.Length <= LargestParams ? DataOf(serverId, method, envelope.Params.Of(message).ToArray(), skipped) : null;
        bus.Publish(new()
        {
            Name = EventNames.ServerNotification,
            Category = EventCategories.Mcp,
            Priority = EventPriority.Low,
            Source = "server",
            Data = data ?? StewardEvent.DataOf(json => Write(json, serverId, method, parameters: null, skipped)),
        });
    }

    private static JsonElement? DataOf(string serverId, byte[] method, byte[] parameters, long skipped)
    {
        try
        {
            return StewardEvent.DataOf(json => Write(json, serverId, method, parameters, skipped));
        }
        catch (JsonException)
        {
            return null; // nested deeper than anybody reads
        }
    }

    private static void Write(Utf8JsonWriter json, string serverId, byte[] method, byte[]? parameters, long skipped)
    {
        json.WriteString("server_id"u8, serverId);
        json.WritePropertyName("method"u8);
        json.WriteRawValue(method);
        if (parameters is null)
        {
            json.WriteBoolean("params_left_out"u8, true);
        }
        else if (parameters.Length > 0)
        {
            json.WritePropertyName("params"u8);
            json.WriteRawValue(parameters);
        }

        if (skipped > 0)
            json.WriteNumber("skipped"u8, skipped);
    }

    /// <summary>Whether one more of a server is told, and how many of it were not since the last that was.</summary>
    private bool TryTake(string serverId, bool isWanted, out long skipped)
    {
        lock (_gate)
        {
            if (!_rates.TryGetValue(serverId, out var rate))
            {
                if (_rates.Count >= MostServers)
                    ForgetSilent();
                _rates[serverId] = rate = new NotificationRate(time);
            }

            return rate.TryTake(isWanted, out skipped);
        }
    }

    /// <summary>What was left out of them nobody is told any more.</summary>
    private void ForgetSilent()
    {
        foreach (var (serverId, rate) in _rates)
        {
            if (rate.IsOver)
                _rates.Remove(serverId);
        }
    }
}

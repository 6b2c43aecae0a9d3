using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Events;

/// <summary>
/// Makes events of what servers say of their own accord. It runs on the relay path and sees whatever a server cares to say, so
/// it takes a bounded number in a second and of each a bounded size; what it leaves out it counts.
/// </summary>
internal sealed class NotificationEvents(EventBus bus, TimeProvider time) : INotificationListener
{
    private const int MostInASecond = 50;
    private const int LargestParams = 16 * 1024;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _windowStart = time.GetTimestamp();
    private int _taken;
    private long _skipped;

    public void OnNotification(string serverId, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!TryTake(out var skipped))
            return;
        var method = envelope.MethodName.Of(message).ToArray();
        var parameters = envelope.Params.Of(message).ToArray();
        var data = parameters.Length <= LargestParams ? DataOf(serverId, method, parameters, skipped) : null;
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

    /// <summary>Whether one more is within the limit, and how many were not since the last that was.</summary>
    private bool TryTake(out long skipped)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_windowStart) >= Window)
                (_windowStart, _taken) = (time.GetTimestamp(), 0);
            if (_taken >= MostInASecond)
            {
                skipped = ++_skipped;
                return false;
            }

            _taken++;
            (skipped, _skipped) = (_skipped, 0);
            return true;
        }
    }
}

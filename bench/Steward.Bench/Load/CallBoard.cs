using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Steward.Bench.Http;

namespace Steward.Bench.Load;

/// <summary>The calls in flight, one per slot: gives out ids, checks answers, records latencies.</summary>
internal sealed class CallBoard
{
    // Ids are never used twice in a run of the program: sessions live longer than a board.
    private static int _nextId = RequestTemplate.FirstId;

    private readonly int _firstId = _nextId;
    private readonly int[] _ids;
    private readonly long[] _startedAt;
    private readonly bool _expectsResult;

    /// <summary>Makes the board of one window.</summary>
    /// <param name="slots">Calls in flight at one time.</param>
    /// <param name="argumentLength">Bytes of the argument; no answer may be shorter.</param>
    /// <param name="expectsResult">False for servers that know no MCP and only send the request back.</param>
    internal CallBoard(int slots, int argumentLength, bool expectsResult)
    {
        _expectsResult = expectsResult;
        _ids = new int[slots];
        _startedAt = new long[slots];
        ArgumentLength = argumentLength;
    }

    internal LatencyHistogram Latencies { get; } = new();

    internal int ArgumentLength { get; }

    /// <summary>False once the window is over: callers then start nothing more.</summary>
    internal bool IsIssuing { get; set; } = true;

    internal int InFlight { get; private set; }

    internal int Begin(int slot)
    {
        var id = _ids[slot] == 0 ? _firstId + slot : _ids[slot] + _ids.Length;
        _ids[slot] = id;
        _nextId = Math.Max(_nextId, id + _ids.Length);
        InFlight++;
        _startedAt[slot] = Stopwatch.GetTimestamp();
        return id;
    }

    /// <summary>Ends the call that a message answers and returns its slot.</summary>
    internal int End(ReadOnlySpan<byte> message)
    {
        var now = Stopwatch.GetTimestamp();
        var id = FindId(message);
        var slot = (id - _firstId) % _ids.Length;
        if (id < _firstId || _ids[slot] != id || message.Length < ArgumentLength || (_expectsResult && !IsResult(message)))
            throw new BenchException($"This is no answer to a call in flight: {Encoding.UTF8.GetString(message[..Math.Min(400, message.Length)])}");
        Latencies.Record(now - _startedAt[slot]);
        InFlight--;
        return slot;
    }

    /// <summary>True for a response, false for a notification or a request of the server.</summary>
    internal static bool IsAnswer(ReadOnlySpan<byte> message) => FindId(message) >= RequestTemplate.FirstId;

    private static bool IsResult(ReadOnlySpan<byte> message) =>
        message.IndexOf("\"result\""u8) >= 0 && message.IndexOf("\"isError\":true"u8) < 0;

    private static int FindId(ReadOnlySpan<byte> message)
    {
        // The id stands before or after the result, never far from an end.
        var name = "\"id\":"u8;
        var front = message[..Math.Min(64, message.Length)];
        var at = front.IndexOf(name);
        if (at < 0)
        {
            at = message.Length - Math.Min(64, message.Length);
            var back = message[at..].LastIndexOf(name);
            if (back < 0)
                return 0;
            at += back;
        }

        return Utf8Parser.TryParse(message[(at + name.Length)..], out int id, out _) ? id : 0;
    }
}

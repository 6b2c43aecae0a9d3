using System.Diagnostics;
using Steward.Bench.Load;
using Steward.Bench.Native;
using Steward.Bench.Sessions;

namespace Steward.Bench.Recovery;

/// <summary>A client that calls a server that nobody kills, all the time, on a thread of its own.</summary>
internal sealed class Bystander : IDisposable
{
    // Between two calls, so that what is measured is not how they fill the machine.
    private const int PauseMs = 2;
    private const int ArgumentLength = 16;

    private readonly LatencyHistogram[] _latencies = [.. Enum.GetValues<Phase>().Select(static _ => new LatencyHistogram())];
    private readonly McpSession _session;
    private readonly Thread _thread;
    private volatile bool _isOver;
    private volatile bool _isCounting;
    private int _phase;

    internal Bystander(Uri endpoint)
    {
        _session = new StreamableHttpSession(endpoint);
        _thread = new Thread(Run) { IsBackground = true, Name = "Bystander" };
        _thread.Start();
    }

    /// <summary>What happens now.</summary>
    internal Phase Phase
    {
        get => (Phase)Volatile.Read(ref _phase);
        set => Volatile.Write(ref _phase, (int)value);
    }

    /// <summary>Whether what is measured counts.</summary>
    internal bool IsCounting
    {
        set => _isCounting = value;
    }

    /// <summary>Why it gave up; <see langword="null"/> where every call was answered.</summary>
    internal string? Failure { get; private set; }

    /// <summary>What was measured in a phase; to be read once it is over.</summary>
    internal LatencyHistogram Of(Phase phase) => _latencies[(int)phase];

    /// <summary>Ends it, and waits for that.</summary>
    public void Dispose()
    {
        if (_isOver)
            return;
        _isOver = true;
        _thread.Join();
        _session.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_isOver)
            {
                var (before, began) = (Phase, Stopwatch.GetTimestamp());
                _session.CallEcho(ArgumentLength);
                var took = Stopwatch.GetTimestamp() - began;
                if (_isCounting)
                    _latencies[(int)(before > Phase.Quiet ? before : Phase)].Record(took); // a call that something befalls counts there
                Libc.Poll([], PauseMs);
            }
        }
        catch (Exception failure) when (failure is BenchException or System.Net.Sockets.SocketException)
        {
            Failure = failure.Message;
        }
    }
}

using Steward.Wire;

namespace Steward.Upstreams;

/// <content>How long calls wait for answers.</content>
internal sealed partial class UpstreamConnection
{
    /// <summary>How long a call may take that reports progress all the time: a server may report for ever.</summary>
    internal static readonly TimeSpan LongestCall = TimeSpan.FromDays(1);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly ITimer _sweep;
    private bool _sweeping; // guarded by the gate of the calls

    /// <summary>The time of a call stands still: the server waits for us, not we for it.</summary>
    public void PauseTimeout(PendingCall call)
    {
        lock (_gate)
            (call.IsPaused, call.Deadline, call.SentAt) = (true, long.MaxValue, -1);
    }

    /// <summary>The time of a call begins anew.</summary>
    public void ResumeTimeout(PendingCall call)
    {
        lock (_gate)
        {
            call.IsPaused = false;
            SetDeadline(call, _time.GetTimestamp());
        }
    }

    /// <summary>The server asks something because of a call: while it waits for the answer, its silence does not count.</summary>
    /// <param name="call">The call.</param>
    /// <param name="within">How long the answer may take.</param>
    public void HoldTimeout(PendingCall call, TimeSpan within)
    {
        lock (_gate)
        {
            (call.OpenQuestions, call.SentAt) = (call.OpenQuestions + 1, -1);
            if (call.Deadline != long.MaxValue)
                call.Deadline = Math.Max(call.Deadline, _time.GetTimestamp() + Ticks(within));
        }
    }

    /// <summary>An answer has come, or will not: where it was the last that was open, the time of the call begins anew.</summary>
    public void ReleaseTimeout(PendingCall call)
    {
        lock (_gate)
        {
            if (--call.OpenQuestions == 0)
                SetDeadline(call, _time.GetTimestamp());
        }
    }

    private void SetDeadline(PendingCall call, long now)
    {
        if (call.IsPaused || call.Timeout == Timeout.InfiniteTimeSpan)
        {
            call.Deadline = long.MaxValue;
            return;
        }

        if (call.OpenQuestions > 0)
            return; // it has more time than that
        call.Deadline = Math.Min(now + Ticks(call.Timeout), EndOfProgress(call));
        if (!_sweeping)
            _sweeping = _sweep.Change(SweepInterval, SweepInterval);
    }

    private void FailOverdue()
    {
        var now = _time.GetTimestamp();
        (PendingCall Call, bool IsAsking)[] overdue;
        lock (_gate)
        {
            overdue = [.. _pending.Values.Where(call => call.Deadline <= now).Select(call => (call, call.OpenQuestions > 0))];
            if (_pending.Count == overdue.Length && _sweeping)
                _sweeping = !_sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        foreach (var (call, isAsking) in overdue)
        {
            if (!TryTimeOut(call))
                continue;
            NoteFailure(call);
            call.OnFailed(JsonRpcErrorCode.RequestTimeout, WhyOverdue(call, now, isAsking));
        }
    }

    private string WhyOverdue(PendingCall call, long now, bool isAsking) =>
        isAsking ? $"What server '{ServerId}' asked because of this request was not answered in time (gateway.limits.parkedMs)."
        : now >= EndOfProgress(call) ? $"Server '{ServerId}' reported progress for {LongestCall.TotalHours:0} hours without an answer: no call may take longer (requestTimeoutMs: 0 takes the limit away)."
        : $"Server '{ServerId}' neither answered nor reported progress within {call.Timeout.TotalSeconds:0.###} s (requestTimeoutMs).";

    /// <summary>From when on no progress of a call counts; a longer time of its own it has all the same.</summary>
    private long EndOfProgress(PendingCall call) => call.Timeout >= LongestCall ? long.MaxValue : call.RegisteredAt + Ticks(LongestCall);

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private bool TryTimeOut(PendingCall call)
    {
        HoldOn(); // else the connection might be closed for being idle before the server is told
        try
        {
            if (!Abandon(call))
                return false;
            PostCancelled(call.UpstreamId, "Request timed out");
            return true;
        }
        finally
        {
            LetGo();
        }
    }
}

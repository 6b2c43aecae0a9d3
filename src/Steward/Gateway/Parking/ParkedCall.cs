using System.Buffers;
using System.Globalization;
using System.Text;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// A call during which a legacy server asked its client something. It lives on between the requests of the client: while one is
/// there, everything goes to it; while none is, the call is parked.
/// </summary>
internal sealed class ParkedCall
{
    private const int MaxQuestions = 64;
    private const int MaxRounds = 100;
    private const int MaxHeld = 64;
    private static readonly TimeSpan GatherWithin = TimeSpan.FromMilliseconds(500);

    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    private readonly ParkedCalls _calls;
    private readonly Lock _gate = new();
    private readonly List<ParkedQuestion> _questions = [];
    // What the server says while nobody is there to hear it. The oldest give way: news of a while ago are worth the least.
    private readonly Queue<byte[]> _held = [];
    private BridgedExchange? _current;
    private byte[]? _answer;
    private int _round;
    private int _lastKey;
    private long? _parkedAt;
    private bool _isAsking;
    private bool _hasEnded;

    public ParkedCall(ParkedCalls calls, long handle, ParkableExchange origin, byte[] digest) =>
        (_calls, Handle, Origin, Digest, _current) = (calls, handle, origin, digest, origin);

    public long Handle { get; }

    /// <summary>The request that the server works on.</summary>
    public ParkableExchange Origin { get; }

    /// <summary>Digest of the request; see <see cref="RequestDigest"/>.</summary>
    public byte[] Digest { get; }

    private UpstreamConnection Connection => Origin.Connection;

    /// <summary>Takes a question of the server. It is put to the client at once, or, while the call is parked, when the client comes again.</summary>
    public void Ask(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var request = InputRequest.Translate(Origin.Owner.Capabilities, message, envelope);
        var id = envelope.Id.Of(message).ToArray();
        bool isTaken;
        var mustAsk = false;
        lock (_gate)
        {
            isTaken = !_hasEnded && _questions.Count < MaxQuestions;
            if (isTaken)
            {
                _questions.Add(new ParkedQuestion(KeyOf(id), id, envelope.Method, request));
                mustAsk = _current is not null && !_isAsking;
                _isAsking |= mustAsk;
            }
        }

        if (!isTaken)
            Session.Refuse(Connection, id, $"The call waits for {MaxQuestions} answers already, or has ended.");
        else if (mustAsk)
            _ = AskSoonAsync(); // cannot fault
    }

    /// <summary>What the server asks at the same time comes before its answer to a ping, and goes into the same result.</summary>
    private async Task AskSoonAsync()
    {
        try
        {
            await Connection.RequestAsync("ping", default, GatherWithin, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpstreamErrorException or LinkClosedException)
        {
            // An error is an answer, and no answer is waited for no longer.
        }

        AskCurrent();
    }

    /// <summary>The server no longer wants to know; <see langword="false"/> where it did not ask that in this call.</summary>
    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> id)
    {
        lock (_gate)
        {
            foreach (var question in _questions)
            {
                if (connection == Connection && id.SequenceEqual(question.Id))
                    return _questions.Remove(question);
            }
        }

        return false;
    }

    /// <summary>Passes on what the server says meanwhile.</summary>
    public void Pass(ReadOnlySpan<byte> message)
    {
        BridgedExchange? current;
        lock (_gate)
        {
            current = _current;
            if (current is null && !_hasEnded)
            {
                _held.Enqueue(message.ToArray());
                if (_held.Count > MaxHeld)
                    _held.Dequeue();
            }
        }

        current?.Tell(message);
    }

    /// <summary>The server has answered. While the call is parked, the answer waits for the client as long as the call would.</summary>
    public void Complete(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (TakeCurrent(message) is not { } current)
            return;
        current.Answer(message, envelope);
        Close("The call has ended.");
    }

    /// <summary>There will be no answer.</summary>
    public void Fail(int code, string reason)
    {
        if (TakeCurrent(JsonRpcWriter.Error("0"u8, code, reason)) is not { } current)
            return;
        current.Fail(code, reason);
        Close("The call has ended.");
    }

    /// <summary>The client gives up the request that is there now. Nothing happens where that has been answered already.</summary>
    public void GiveUp(BridgedExchange exchange, string reason)
    {
        if (!TryEnd(exchange))
            return;
        Origin.GiveUp(reason);
        Close("The client has cancelled the call.");
    }

    public void GiveUp(BridgedExchange exchange, ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        if (!TryEnd(exchange))
            return;
        Origin.GiveUp(notification, envelope);
        Close("The client has cancelled the call.");
    }

    /// <summary>Gives the call up if nobody has come for so long.</summary>
    public bool TryExpire(TimeSpan life)
    {
        lock (_gate)
        {
            if (_hasEnded || _parkedAt is not { } since || _calls.Clock.GetElapsedTime(since) < life)
                return false;
            _hasEnded = true;
        }

        Origin.GiveUp("The client did not come back with what was asked for.");
        Close("The client did not come back with an answer.");
        return true;
    }

    /// <summary>Gives the call up whatever it is at.</summary>
    public void End(int code, string reason)
    {
        BridgedExchange? current;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            (_hasEnded, current) = (true, _current);
        }

        Origin.GiveUp(reason);
        current?.Fail(code, reason);
        Close(reason);
    }

    /// <summary>The questions to which a state asks for answers; <see langword="null"/> where it has been used, or the call is over.</summary>
    public IReadOnlyList<ParkedQuestion>? QuestionsOf(int round)
    {
        lock (_gate)
            return _hasEnded || _parkedAt is null || _round != round ? null : [.. _questions.Where(question => question.AskedIn == round)];
    }

    /// <summary>Goes on with the next request of the client; <see langword="false"/> where another one was faster.</summary>
    public bool TryResume(int round, ResumedExchange exchange, IReadOnlyDictionary<string, byte[]> answers)
    {
        List<(ParkedQuestion Question, byte[] Answer)> answered = [];
        lock (_gate)
        {
            if (_hasEnded || _parkedAt is null || _round != round)
                return false;
            _parkedAt = null;
            foreach (var question in _questions)
            {
                if (question.AskedIn == round && answers.TryGetValue(question.Key, out var answer))
                    answered.Add((question, answer));
            }

            _questions.RemoveAll(question => answered.Exists(pair => pair.Question == question));
        }

        _calls.Unparked(this);
        Connection.ResumeTimeout(Origin);
        foreach (var (question, answer) in answered)
            Connection.Post(JsonRpcWriter.Result(question.Id, answer));
        Attach(exchange);
        return true;
    }

    private void Attach(BridgedExchange exchange)
    {
        byte[]? answer;
        bool isLate;
        while (true)
        {
            byte[][] held;
            lock (_gate)
            {
                held = [.. _held];
                _held.Clear();
                answer = _answer;
                if (held.Length == 0)
                {
                    isLate = _hasEnded;
                    _hasEnded |= answer is not null;
                    _current = _hasEnded ? null : exchange;
                    _isAsking = !_hasEnded && _questions.Count > 0;
                    break;
                }
            }

            foreach (var message in held)
                exchange.Tell(message); // in the order in which it was said: what comes meanwhile is held as well
        }

        if (answer is not null)
        {
            exchange.Answer(answer, JsonRpcEnvelope.Parse(answer));
            Close("The call has ended.");
        }
        else if (isLate)
        {
            exchange.Fail(JsonRpcErrorCode.ServerUnavailable, "The call has ended.");
        }
        else if (exchange.HasEnded)
        {
            GiveUp(exchange, "The client has cancelled the call."); // which it did before the call knew of it
        }
        else
        {
            AskCurrent();
        }
    }

    /// <summary>Parks the call, if there is anything to ask and somebody to ask.</summary>
    private void AskCurrent()
    {
        BridgedExchange? exchange;
        byte[] result;
        lock (_gate)
        {
            _isAsking = false;
            if (_hasEnded || _current is null || _questions.Count == 0)
                return;
            exchange = _current;
            if (++_round > MaxRounds)
            {
                result = [];
            }
            else
            {
                (_current, _parkedAt) = (null, _calls.Clock.GetTimestamp());
                foreach (var question in _questions)
                    question.AskedIn = _round;
                result = WriteResult();
            }
        }

        if (result.Length == 0)
        {
            End(JsonRpcErrorCode.LimitReached, $"Server '{Connection.ServerId}' has asked the client {MaxRounds} times during one call.");
            return;
        }

        Connection.PauseTimeout(Origin);
        _calls.Parked(this);
        if (!exchange.TryAskForInput(result))
            GiveUpUnheard();
    }

    /// <summary>The server's own id where that is a plain word that no other question has, else one of ours.</summary>
    private string KeyOf(ReadOnlySpan<byte> id)
    {
        const string own = "input-";
        if (id is [(byte)'"', .. { Length: > 0 and <= 64 } word, (byte)'"'] && word.IndexOfAnyExcept(PlainBytes) < 0 && !word.StartsWith("input-"u8))
        {
            var key = Encoding.ASCII.GetString(word);
            if (!_questions.Exists(question => question.Key == key))
                return key;
        }

        return own + (++_lastKey).ToString(CultureInfo.InvariantCulture);
    }

    private byte[] WriteResult()
    {
        var result = new StringBuilder("{\"resultType\":\"input_required\",\"inputRequests\":{");
        result.AppendJoin(',', _questions.Select(question => $"\"{question.Key}\":{Encoding.UTF8.GetString(question.Request)}"));
        result.Append("},\"requestState\":\"").Append(_calls.Seal(this, _round)).Append('"');
        if (Connection.Server.ServerInfo is { Length: > 0 } info)
            result.Append(",\"_meta\":{").Append(Encoding.UTF8.GetString(ModernResult.ServerInfoMember(info, isLast: true))).Append('}');
        return Encoding.UTF8.GetBytes(result.Append('}').ToString());
    }

    /// <summary>The client gave its request up in the moment in which it was answered: it will never come back.</summary>
    private void GiveUpUnheard()
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
        }

        Origin.GiveUp("The client has cancelled the call.");
        Close("The client has cancelled the call.");
    }

    private bool TryEnd(BridgedExchange exchange)
    {
        lock (_gate)
        {
            if (_hasEnded || _current != exchange)
                return false;
            return _hasEnded = true;
        }
    }

    private BridgedExchange? TakeCurrent(ReadOnlySpan<byte> answer)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return null;
            if (_current is null)
                _answer = answer.ToArray();
            else
                _hasEnded = true;
            return _current;
        }
    }

    private void Close(string reason)
    {
        ParkedQuestion[] questions;
        bool wasParked;
        lock (_gate)
        {
            wasParked = _parkedAt is not null;
            _parkedAt = null;
            questions = [.. _questions];
            _questions.Clear();
            _held.Clear();
            _current = null;
        }

        if (wasParked)
            _calls.Unparked(this);
        _calls.Remove(this);
        foreach (var question in questions)
            Connection.Post(JsonRpcWriter.Error(question.Id, JsonRpcErrorCode.ServerUnavailable, reason));
    }
}

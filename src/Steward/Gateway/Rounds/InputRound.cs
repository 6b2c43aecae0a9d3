using System.Buffers;
using System.Text.Json;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>
/// What a modern server wants to know before it goes on with a call, put to its legacy client all at once. Ends with the last
/// answer, with an error, or when it is withdrawn.
/// </summary>
internal sealed class InputRound(RoundsExchange exchange, byte[] requestState)
{
    private const int MaxQuestions = 64;

    private readonly Lock _gate = new();
    private readonly List<InputQuestion> _questions = [];
    private readonly UpstreamConnection _asker = exchange.Connection; // the request may go on at another
    private bool _holdsOn;
    private ITimer? _life;
    private int _open;
    private bool _hasEnded;

    /// <summary>Whether there is anything to ask.</summary>
    public bool IsEmpty => _questions.Count == 0;

    /// <summary>Reads a result that asks for input.</summary>
    /// <param name="exchange">The request that it answers.</param>
    /// <param name="result">The result.</param>
    /// <param name="parts">Where its parts are.</param>
    /// <param name="obstacle">What is wrong with it, where there is no round.</param>
    public static InputRound? Read(RoundsExchange exchange, ReadOnlySpan<byte> result, in ResultParts parts, out string? obstacle)
    {
        obstacle = null;
        var round = new InputRound(exchange, parts.RequestState.Of(result).ToArray());
        if (!parts.InputRequests.Exists && !parts.RequestState.Exists)
            obstacle = "asked for input without saying which";
        else if (parts.RequestState.Exists && result[parts.RequestState.Start] != (byte)'"')
            obstacle = "gave a requestState that is no string";
        else if (parts.InputRequests.Exists)
            obstacle = round.ReadQuestions(parts.InputRequests.Of(result));
        return obstacle is null ? round : null;
    }

    /// <summary>The server that asks counts as used until the round is over, and is drained like one that works: what the request was about may still be known there.</summary>
    public void HoldOn()
    {
        _holdsOn = true;
        _asker.HoldOn();
    }

    /// <summary>The round is over, and what follows from it is on its way. A further time does nothing.</summary>
    public void LetGo()
    {
        if (Interlocked.Exchange(ref _holdsOn, false))
            _asker.LetGo();
    }

    /// <summary>Puts all questions to the client.</summary>
    /// <returns>What prevents it; <see langword="null"/> where nothing does.</returns>
    public string? Ask(Session session, TimeSpan life)
    {
        lock (_gate)
        {
            foreach (var question in _questions)
            {
                if (_hasEnded)
                    return null; // withdrawn before it began
                if (!session.TryKeep(question, out var number))
                    return ForgetAll(session);
                question.Number = number;
            }

            _open = _questions.Count;
            _life = session.Clock.CreateTimer(_ => Expire(life), null, life, Timeout.InfiniteTimeSpan);
        }

        foreach (var question in _questions)
            exchange.TryDeliver(question.ToFrame());
        return null;
    }

    /// <summary>Takes the client's answer to one of the questions.</summary>
    public void OnAnswer(InputQuestion question, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var isError = !envelope.Result.Exists;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            if (!isError)
                question.Answer = envelope.Result.Of(message).ToArray();
            if (!isError && --_open > 0)
                return;
        }

        if (!isError)
        {
            if (!End())
                return; // withdrawn in this very moment
            exchange.Retry(this);
            LetGo();
        }
        else if (Withdraw("Another answer of the client has ended the request."))
        {
            var (code, text) = InputQuestion.ReadError(envelope.Error.Of(message));
            exchange.FailByClient(code, $"The client answered {question.Method} with an error: {text}");
        }
    }

    /// <summary>Takes back what has not been answered; <see langword="false"/> where the round has ended already.</summary>
    public bool Withdraw(string reason)
    {
        if (!End())
            return false;
        LetGo();
        foreach (var question in _questions)
        {
            if (question.Answer is null && question.Number != 0)
                exchange.Session.Withdraw(question.Number, reason);
        }

        return true;
    }

    /// <summary>The members of <c>params</c> with which the request is sent again.</summary>
    public byte[] Members()
    {
        var members = new ArrayBufferWriter<byte>(256);
        if (_questions.Count > 0)
        {
            members.Write("\"inputResponses\":"u8);
            foreach (var (index, question) in _questions.Index())
            {
                members.Write(index == 0 ? "{"u8 : ","u8);
                members.Write(question.Key);
                members.Write(":"u8);
                members.Write(question.Answer);
            }

            members.Write("}"u8);
        }

        if (requestState.Length > 0)
        {
            members.Write(members.WrittenCount > 0 ? ",\"requestState\":"u8 : "\"requestState\":"u8);
            members.Write(requestState); // to the byte as the server wrote it
        }

        return members.WrittenSpan.ToArray();
    }

    private string ForgetAll(Session session)
    {
        foreach (var question in _questions)
        {
            session.Forget(question.Number);
            question.Number = 0;
        }

        return $"the client has {Session.MaxQuestions} requests to answer already";
    }

    private string? ReadQuestions(ReadOnlySpan<byte> requests)
    {
        var reader = new Utf8JsonReader(requests, JsonRpcEnvelope.ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return "asked for input by what is no object";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            byte[] key = [(byte)'"', .. reader.ValueSpan, (byte)'"'];
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (InputQuestion.Read(this, exchange, key, requests[start..(int)reader.BytesConsumed]) is not { } question)
                return $"asked for an input that the protocol does not know ({((ReadOnlySpan<byte>)key).ToText()})";
            // The server was told what its client can do with the very request that it answers.
            if (!question.IsAllowed(exchange.Session.Capabilities))
                return $"asked for {question.Method}, which the client '{exchange.Session.Name}' did not declare";
            if (_questions.Count == MaxQuestions)
                return $"asked for more than {MaxQuestions} inputs at once";
            _questions.Add(question);
        }

        return null;
    }

    private void Expire(TimeSpan life)
    {
        if (Withdraw("The answer took too long."))
            exchange.OnFailed(JsonRpcErrorCode.RequestTimeout, $"The client did not answer within {life.TotalSeconds:0.###} s what server '{exchange.Connection.ServerId}' asked.");
    }

    private bool End()
    {
        ITimer? life;
        lock (_gate)
        {
            if (_hasEnded)
                return false;
            _hasEnded = true;
            life = _life;
        }

        life?.Dispose();
        return true;
    }
}

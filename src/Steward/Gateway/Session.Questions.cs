using System.Buffers.Text;
using System.Security.Cryptography;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <content>What servers ask of the client.</content>
internal sealed partial class Session
{
    /// <summary>How many questions a client may have to answer at once.</summary>
    public const int MaxQuestions = 256;

    private readonly Dictionary<long, ServerQuestion> _questions = [];
    // Not from 1: a client that had another session on the same connection may still answer a question of that one.
    private long _lastQuestion = (long)RandomNumberGenerator.GetInt32(int.MaxValue) << 16;

    /// <summary>
    /// Sends a server's request to the client, under an id of ours, on the stream of the request that it belongs to. A client
    /// that did not declare the capability is never asked.
    /// </summary>
    public void Ask(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, Exchange? cause)
    {
        if (!Opening.Capabilities.Allow(envelope.Method, UrlElicitation.Is(message, envelope)))
        {
            Refuse(connection, envelope.Id.Of(message), $"The client '{Opening.ClientName}' did not declare this capability.");
            return;
        }

        var question = new RelayedQuestion(connection, cause, envelope.Id.Of(message).ToArray(), envelope.ProgressToken.Of(message).ToArray())
        {
            TaskId = envelope.RelatedTaskId.Of(message).ToArray(),
            IsCertain = cause is not null && (envelope.RelatedTaskId.Exists ? cause.IsFor(envelope.RelatedTaskId.Of(message)) : connection.IsAtWorkForOnly(cause)),
        };
        if (!TryKeep(question, out var number))
        {
            Refuse(connection, question.Id, $"The client '{Opening.ClientName}' has {MaxQuestions} requests to answer already.");
            return;
        }

        question.Hold();
        var exposedTask = question.TaskId.Length == 0 ? [] : ExposeTaskId(connection.ServerId, question.TaskId);
        var edits = new FrameEdits(exposedTask.Length == 0 ? stackalloc byte[64] : new byte[64 + exposedTask.Length]);
        edits.Replace(envelope.Id, number);
        edits.Replace(envelope.ProgressToken, number);
        edits.Replace(envelope.RelatedTaskId, exposedTask);
        Tell(cause, message, edits);
    }

    /// <summary>Takes a client's answer to a question. An answer to nothing is dropped.</summary>
    public void Answer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var id = envelope.Id.Of(message);
        if (!Utf8Parser.TryParse(id, out long number, out var read) || read != id.Length)
            return;
        ServerQuestion? question;
        lock (Gate)
            _questions.Remove(number, out question);
        if (question is null)
            return;
        question.Release();
        question.OnAnswer(message, envelope);
    }

    /// <summary>Takes a client's progress on a question.</summary>
    public void ReportProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!Utf8Parser.TryParse(envelope.ProgressToken.Of(message), out long number, out _))
            return;
        ServerQuestion? question;
        lock (Gate)
            _questions.TryGetValue(number, out question);
        question?.OnProgress(message, envelope);
    }

    /// <summary>The client's id, as a number, of the request to which a question belongs for certain; <see langword="null"/> where that is not known.</summary>
    /// <param name="number">The id under which the question was put to the client.</param>
    public long? FindCause(long number)
    {
        ServerQuestion? question;
        lock (Gate)
            _questions.TryGetValue(number, out question);
        return question is { IsCertain: true, Cause: { } cause } && Utf8Parser.TryParse(cause.Id, out long id, out var read) && read == cause.Id.Length ? id : null;
    }

    /// <summary>Tells the client that a server no longer wants the answer to a question.</summary>
    /// <returns>Whether that question was put to this client.</returns>
    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        long number = 0;
        ServerQuestion? withdrawn = null;
        var id = envelope.RequestId.Of(message);
        lock (Gate)
        {
            foreach (var (candidate, question) in _questions)
            {
                if (question.Connection == connection && id.Length > 0 && id.SequenceEqual(question.Id))
                    (number, withdrawn) = (candidate, question);
            }

            if (withdrawn is null)
                return false;
            _questions.Remove(number);
        }

        withdrawn.Release();
        var edits = new FrameEdits(stackalloc byte[32]);
        edits.Replace(envelope.RequestId, number);
        Tell(withdrawn.Cause, message, edits);
        return true;
    }

    /// <summary>Takes a question back that was put to the client under that number. Nothing happens where it has been answered.</summary>
    public void Withdraw(long number, string reason)
    {
        ServerQuestion? question;
        lock (Gate)
            _questions.Remove(number, out question);
        if (question is null)
            return;
        question.Release();
        Tell(question.Cause, JsonRpcWriter.Notification("notifications/cancelled", JsonRpcWriter.Object(json =>
        {
            json.WriteNumber("requestId"u8, number);
            json.WriteString("reason"u8, reason);
        })), default);
    }

    public static void Refuse(UpstreamConnection connection, ReadOnlySpan<byte> id, string reason) =>
        connection.Post(JsonRpcWriter.Error(id, JsonRpcErrorCode.MethodNotFound, reason));

    /// <summary>Notes a question; <see langword="false"/> where the client has as many as it may have, or is gone.</summary>
    /// <param name="question">Hears the answer.</param>
    /// <param name="number">The id under which to put it to the client.</param>
    public bool TryKeep(ServerQuestion question, out long number)
    {
        lock (Gate)
        {
            number = ++_lastQuestion;
            if (HasEnded)
                return false;
            if (_questions.Count >= MaxQuestions)
                ForgetUnwanted();
            return _questions.Count < MaxQuestions && _questions.TryAdd(number, question);
        }
    }

    /// <summary>Forgets a question that was never put to the client.</summary>
    public void Forget(long number)
    {
        lock (Gate)
            _questions.Remove(number);
    }

    /// <summary>A server that is gone does not wait for answers any more; a client that gives none would else fill up with its questions.</summary>
    private void ForgetUnwanted()
    {
        foreach (var (number, question) in _questions)
        {
            if (question.Connection.Closed.IsCompleted)
                _questions.Remove(number);
        }
    }

    private void RefuseQuestions()
    {
        ServerQuestion[] questions;
        lock (Gate)
        {
            questions = [.. _questions.Values];
            _questions.Clear();
        }

        foreach (var question in questions)
        {
            question.Release();
            question.OnSessionEnded();
        }
    }

    /// <summary>Tells the client something on the stream of the request that it belongs to; on the general one where that has ended.</summary>
    private void Tell(Exchange? cause, ReadOnlySpan<byte> message, scoped in FrameEdits edits)
    {
        if (cause is null || !cause.TryDeliver(RentedFrame.Copy(message, edits)))
            Tell(RentedFrame.Copy(message, edits));
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway;

/// <content>What servers ask of the client.</content>
internal sealed partial class Session
{
    private const int MaxQuestions = 256;

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

        var question = new ServerQuestion(connection, envelope.Id.Of(message).ToArray(), envelope.ProgressToken.Of(message).ToArray()) { TaskId = envelope.RelatedTaskId.Of(message).ToArray() };
        if (!TryKeep(question, out var number))
        {
            Refuse(connection, question.Id, $"The client '{Opening.ClientName}' has {MaxQuestions} requests to answer already.");
            return;
        }

        var exposedTask = question.TaskId.Length == 0 ? [] : ExposeTaskId(connection.ServerId, question.TaskId);
        var edits = new FrameEdits(exposedTask.Length == 0 ? stackalloc byte[64] : new byte[64 + exposedTask.Length]);
        edits.Replace(envelope.Id, number);
        edits.Replace(envelope.ProgressToken, number);
        edits.Replace(envelope.RelatedTaskId, exposedTask);
        var frame = RentedFrame.Copy(message, edits);
        if (cause is null || !cause.TryDeliver(frame))
            Tell(cause is null ? frame : RentedFrame.Copy(message, edits));
    }

    /// <summary>Passes a client's answer on to the server that asked. An answer to nothing is dropped.</summary>
    public void Answer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (Take(envelope.Id.Of(message)) is not { } question)
            return;
        var edits = new FrameEdits(new byte[question.Id.Length + question.TaskId.Length]);
        edits.Replace(envelope.Id, question.Id);
        if (question.TaskId.Length > 0 && envelope.Result.Exists && ResultParts.Parse(envelope.Result.Of(message)).RelatedTaskId is { Length: > 0 } task)
            edits.Replace(task with { Start = envelope.Result.Start + task.Start }, question.TaskId);
        question.Connection.Post(message, edits);
    }

    /// <summary>Passes a client's progress on a server's request on to that server.</summary>
    public void ReportProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        ServerQuestion? question = null;
        if (Utf8Parser.TryParse(envelope.ProgressToken.Of(message), out long number, out _))
        {
            lock (Gate)
                _questions.TryGetValue(number, out question);
        }

        if (question is not { ProgressToken.Length: > 0 })
            return;
        var edits = new FrameEdits(new byte[question.ProgressToken.Length]);
        edits.Replace(envelope.ProgressToken, question.ProgressToken);
        question.Connection.Post(message, edits);
    }

    /// <summary>Tells the client that a server no longer wants the answer to a question.</summary>
    /// <returns>Whether that question was put to this client.</returns>
    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        long number = 0;
        var id = envelope.RequestId.Of(message);
        lock (Gate)
        {
            foreach (var (candidate, question) in _questions)
            {
                if (question.Connection == connection && id.SequenceEqual(question.Id))
                    number = candidate;
            }

            if (number == 0)
                return false;
            _questions.Remove(number);
        }

        var edits = new FrameEdits(stackalloc byte[32]);
        edits.Replace(envelope.RequestId, number);
        Tell(RentedFrame.Copy(message, edits));
        return true;
    }

    public static void Refuse(UpstreamConnection connection, ReadOnlySpan<byte> id, string reason) =>
        connection.Post(JsonRpcWriter.Error(id, JsonRpcErrorCode.MethodNotFound, reason));

    private void RefuseQuestions()
    {
        ServerQuestion[] questions;
        lock (Gate)
        {
            questions = [.. _questions.Values];
            _questions.Clear();
        }

        foreach (var question in questions)
            question.Connection.Post(JsonRpcWriter.Error(question.Id, JsonRpcErrorCode.ServerUnavailable, "The client's session has ended."));
    }

    private bool TryKeep(ServerQuestion question, out long number)
    {
        lock (Gate)
        {
            number = ++_lastQuestion;
            return !HasEnded && _questions.Count < MaxQuestions && _questions.TryAdd(number, question);
        }
    }

    private ServerQuestion? Take(ReadOnlySpan<byte> id)
    {
        if (!Utf8Parser.TryParse(id, out long number, out var read) || read != id.Length)
            return null;
        lock (Gate)
            return _questions.Remove(number, out var question) ? question : null;
    }
}

using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// A task of which its client knows nothing: it called a tool that is called as a task only, and waits within its call for what comes of it. What
/// the task needs is asked as it is during any call.
/// </summary>
internal sealed class AwaitedTask : PendingCall, ITaskKeeper
{
    /// <summary>Why most are given up.</summary>
    public const string ByClient = "The client has cancelled the call.";

    private readonly Exchange _exchange;
    private readonly ITaskAwaiter _awaiter;
    private readonly UpstreamConnection _connection;
    private readonly TaskKeepers _keepers;
    private readonly string _id;
    private string? _givenUpBecause;

    private AwaitedTask(Exchange exchange, ITaskAwaiter awaiter, TaskKeepers keepers, string id)
    {
        (_exchange, _awaiter, _connection, _keepers, _id) = (exchange, awaiter, exchange.Connection, keepers, id);
        Timeout = System.Threading.Timeout.InfiniteTimeSpan;
    }

    /// <summary>Begins to wait: the call goes on, and is answered with the result of its task.</summary>
    /// <param name="exchange">The call, just answered by the task.</param>
    /// <param name="keepers">Who keeps which task.</param>
    /// <param name="id">The task.</param>
    public static AwaitedTask Begin<TExchange>(TExchange exchange, TaskKeepers keepers, string id)
        where TExchange : Exchange, ITaskAwaiter
    {
        var task = new AwaitedTask(exchange, exchange, keepers, id);
        keepers.Add(exchange.Connection, id, task);
        return task;
    }

    /// <summary>The server's id of it.</summary>
    public string Id => _id;

    /// <summary>Has the call wait, and asks the server for the result.</summary>
    /// <returns>Whether it waits: not where the server is gone, nor where the client has given the call up.</returns>
    public bool TryAwait()
    {
        if (!_connection.TryResume(_exchange))
        {
            OnFailed(JsonRpcErrorCode.ServerUnavailable, $"Server '{_connection.ServerId}' ended before it answered.");
            return false;
        }

        if (_awaiter.IsCancelled) // while the server's answer was read, and the connection did not know the call
        {
            _connection.Cancel(_exchange, ByClient);
            return false;
        }

        _connection.Send(this, "tasks/result", Parameters());
        if (Volatile.Read(ref _givenUpBecause) is not { } reason)
            return true;
        _connection.Cancel(this, reason); // while that was being sent
        return false;
    }

    /// <summary>Nobody waits any more.</summary>
    /// <param name="reason">Why, for the server.</param>
    /// <returns>Whether the server was told to give the task up: not all can.</returns>
    public bool GiveUp(string reason)
    {
        if (Interlocked.CompareExchange(ref _givenUpBecause, reason, null) is not null)
            return false;
        _keepers.Remove(_connection, _id, this);
        var isCancelled = BridgedTask.CancelAt(_connection, _id);
        _connection.Cancel(this, reason);
        return isCancelled;
    }

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!TryEnd())
            return;
        if (!envelope.Result.Exists)
        {
            var error = FailureReason.RemoveFrom(message, envelope);
            if (error is null)
                _awaiter.OnTaskOutcome(message, envelope);
            else
                _awaiter.OnTaskOutcome(error, JsonRpcEnvelope.Parse(error));
            return;
        }

        byte[] answer = [.. message[..envelope.Result.Start], .. RelatedTask.RemoveFrom(envelope.Result.Of(message)), .. message[envelope.Result.End..]];
        _awaiter.OnTaskOutcome(answer, JsonRpcEnvelope.Parse(answer));
    }

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // Progress comes by the token of the call itself.
    }

    public override void OnFailed(int code, string message)
    {
        _keepers.Remove(_connection, _id, this);
        _connection.TryEnd(_exchange);
        _exchange.OnFailed(code, message);
    }

    public void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => _exchange.OnServerRequest(connection, message, envelope);

    public void OnStatus(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // Its client does not know that there is a task.
    }

    /// <remarks>What was asked during a parked call the parked call takes back.</remarks>
    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> requestId) => false;

    private bool TryEnd()
    {
        _keepers.Remove(_connection, _id, this);
        return _connection.TryEnd(_exchange);
    }

    private byte[] Parameters() => JsonRpcWriter.Object(json => json.WriteString("taskId"u8, _id));
}

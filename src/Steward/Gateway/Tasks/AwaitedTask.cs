using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// A task of which its client knows nothing: it called a tool that is called as a task only, and waits within its call for what comes of it. What
/// the task needs is asked as it is during any call.
/// </summary>
internal sealed class AwaitedTask : PendingCall, ITaskKeeper
{
    private readonly Exchange _exchange;
    private readonly ITaskAwaiter _awaiter;
    private readonly UpstreamConnection _connection;
    private readonly TaskKeepers _keepers;
    private readonly string _id;

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

    public void AskForResult()
    {
        if (_connection.TryResume(_exchange))
            _connection.Send(this, "tasks/result", Parameters());
        else
            OnFailed(JsonRpcErrorCode.ServerUnavailable, $"Server '{_connection.ServerId}' ended before it answered.");
    }

    /// <summary>The client has given its call up.</summary>
    public void GiveUp()
    {
        _keepers.Remove(_connection, _id, this);
        BridgedTask.CancelAt(_connection, _id);
        _connection.Cancel(this, "The client has cancelled the call.");
    }

    public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (!TryEnd())
            return;
        if (!envelope.Result.Exists)
        {
            _awaiter.OnTaskOutcome(message, envelope);
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

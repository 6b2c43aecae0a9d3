using Steward.Configuration;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// A legacy client's plain call of a tool that its legacy server does as a task only. The server would refuse it; so the call is made as a
/// task, and waits for what comes of it. What the task asks for is asked as it is during any call.
/// </summary>
internal sealed class TaskExchange : LegacyExchange, ITaskAwaiter
{
    private readonly TaskKeepers _keepers;
    private readonly TaskPolicy _policy;
    private AwaitedTask? _task;
    private ITimer? _end;
    private int _asked;

    /// <param name="session">Whose request it is.</param>
    /// <param name="connection">The way to the server.</param>
    /// <param name="config">The server: how long it may keep silent, and what becomes of tasks.</param>
    /// <param name="message">The request.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="keepers">Who keeps which task.</param>
    public TaskExchange(Session session, UpstreamConnection connection, ServerConfig config, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, TaskKeepers keepers)
        : base(session, connection, config.RequestTimeout, message, envelope) =>
        (_keepers, _policy, MayGoOn) = (keepers, config.Tasks, true);

    public override bool IsFor(ReadOnlySpan<byte> taskId) => _task is { } task && JsonText.Read(taskId) == task.Id;

    public override void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (++_asked > _policy.MaxInputRounds)
            Session.Refuse(connection, envelope.Id.Of(message), $"The task has asked {_policy.MaxInputRounds} times already (taskConfig.maxInputRounds).");
        else
            base.OnServerRequest(connection, message, envelope);
    }

    public bool IsCancelled { get; private set; }

    protected override void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var result = envelope.Result.Of(message);
        if (result.IsEmpty || ResultParts.Parse(result) is not { Task.Exists: true } parts)
        {
            base.OnAnswer(message, envelope);
            return;
        }

        if (JsonText.Read(parts.TaskId.Of(result)) is not { } id)
        {
            DeliverError(JsonRpcErrorCode.InternalError, $"Server '{Connection.ServerId}' made a task of this call and did not say which.", "error", FailureReason.Write(FailureReason.TaskCreateFailed));
            return;
        }

        _task = AwaitedTask.Begin(this, _keepers, id);
        _end = Session.Clock.CreateTimer(_ => Expire(), null, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        if (_task.TryAwait())
            _end.Change(_policy.Timeout, System.Threading.Timeout.InfiniteTimeSpan); // not before: there would be nothing yet to end
    }

    public override void Cancel(string reason)
    {
        IsCancelled = true;
        base.Cancel(reason);
    }

    public override void Cancel(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        IsCancelled = true;
        base.Cancel(notification, envelope);
    }

    public override bool TryCancel(UpstreamConnection connection)
    {
        _end?.Dispose();
        _task?.GiveUp(AwaitedTask.ByClient);
        return _task is not null;
    }

    public override void OnFailed(int code, string message)
    {
        _end?.Dispose();
        base.OnFailed(code, message);
    }

    public void OnTaskOutcome(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        _end?.Dispose();
        if (envelope.Error.Exists)
            DeliverAnswer(message, envelope, [(envelope.Error, FailureReason.AddTo(envelope.Error.Of(message), FailureReason.TaskFailed))]);
        else
            DeliverAnswer(message, envelope, default);
    }

    private void Expire()
    {
        if (!Connection.TryEnd(this))
            return;
        var seconds = $"{_policy.Timeout.TotalSeconds:0.###} s (taskConfig.timeoutMs)";
        var isCancelled = _task!.GiveUp($"The task took longer than {seconds}.");
        DeliverError(JsonRpcErrorCode.RequestTimeout, $"Server '{Connection.ServerId}': the task that it made of this call took longer than {seconds}{(isCancelled ? ", and was cancelled" : "; it cannot be cancelled there, and may go on")}.",
            "timeout", FailureReason.Write(FailureReason.TaskTimeout));
    }
}

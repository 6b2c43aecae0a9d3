using System.Runtime.InteropServices;
using System.Text.Json;
using Steward.Configuration;
using Steward.Gateway.Tasks;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>
/// A task that a modern server made of a legacy client's call, because it can do it in no other way. The client knows nothing of it: its call
/// waits, is asked what the task needs, and gets its result. See <see href="https://modelcontextprotocol.io/extensions/tasks/overview"/>.
/// </summary>
internal sealed class TaskWait
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private readonly RoundsExchange _exchange;
    private readonly string _taskId;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly TaskPolicy _policy;
    private readonly ITimer _nextLook;
    private readonly ITimer _end;
    private Request? _open; // one at a time: the next is made of what the last has brought
    private int _looks;
    private bool _hasEnded;

    public TaskWait(RoundsExchange exchange, string taskId, TaskPolicy policy)
    {
        (_exchange, _taskId, _policy) = (exchange, taskId, policy);
        _end = exchange.Session.Clock.CreateTimer(_ => Abandon(JsonRpcErrorCode.RequestTimeout, $"took longer than {policy.Timeout.TotalSeconds:0.###} s (taskConfig.timeoutMs)", FailureReason.TaskTimeout), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _nextLook = exchange.Session.Clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private bool HasEnded
    {
        get
        {
            lock (_gate)
                return _hasEnded;
        }
    }

    /// <summary>Whether a server refused a call because it can only be done as a task.</summary>
    public static bool IsRequiredBy(ReadOnlySpan<byte> error)
    {
        if (JsonRpcErrorCode.Read(error) != JsonRpcErrorCode.MissingRequiredClientCapability)
            return false;
        var data = JsonMembers.Find(error, "data"u8).Of(error);
        var required = JsonMembers.Find(data, "requiredCapabilities"u8).Of(data);
        var extensions = JsonMembers.Find(required, "extensions"u8).Of(required);
        return JsonMembers.Find(extensions, "io.modelcontextprotocol/tasks"u8).Exists;
    }

    /// <summary>The request waits from now on.</summary>
    /// <param name="result">What the server said first of the task.</param>
    public void Begin(ReadOnlySpan<byte> result)
    {
        lock (_gate)
        {
            if (!_hasEnded)
                _end.Change(_policy.Timeout, Timeout.InfiniteTimeSpan); // not before: there would be nothing yet to end
        }

        OnState(result);
    }

    /// <summary>The server says how far the task is.</summary>
    private void OnState(ReadOnlySpan<byte> result)
    {
        if (TaskState.Read(result, _exchange.Session.Clock) is not { } state)
        {
            Fail(JsonRpcErrorCode.InternalError, $"Server '{_exchange.Connection.ServerId}' said nothing of the task that it made of this call.", FailureReason.TaskPollFailed);
            return;
        }

        var member = state.Status == TaskState.Completed ? "result"u8 : state.Status == TaskState.Failed ? "error"u8 : [];
        var part = member.IsEmpty ? [] : JsonMembers.Find(result, member).Of(result);
        if (state.Status == TaskState.Failed && part is not [(byte)'{', ..])
            part = []; // no error that a client could read: that it has failed is all there is to say
        else if (state.Status == TaskState.Failed)
            part = FailureReason.AddTo(part, FailureReason.TaskFailed);
        if (!part.IsEmpty)
        {
            if (TryEnd())
                _exchange.OnTaskOutcome([.. "{\"jsonrpc\":\"2.0\",\"id\":0,\""u8, .. member, .. "\":"u8, .. part, (byte)'}']);
        }
        else if (state.IsOver)
            Fail(JsonRpcErrorCode.InternalError, $"Server '{_exchange.Connection.ServerId}': the task that it made of this call is {state.Status}{(state.Message is { } why ? $": {why}" : "")}.", state.Status == TaskState.Cancelled ? FailureReason.TaskCancelled : FailureReason.TaskFailed);
        else if (state.Status != TaskState.InputRequired || !TryAsk(result))
            LookIn(state.PollInterval);
    }

    /// <summary>The client has answered what the task needs.</summary>
    /// <param name="members">The answers, as members of the parameters.</param>
    public void Answer(ReadOnlySpan<byte> members) =>
        Send("tasks/update", [.. "{\"taskId\":"u8, .. JsonRpcWriter.String(_taskId), (byte)',', .. members, (byte)'}'], _ => Look());

    /// <summary>Nobody waits any more: the task is cancelled.</summary>
    public void GiveUp()
    {
        if (TryEnd())
            CancelTask();
    }

    private void CancelTask()
    {
        var call = new ControlCall(AnswerWithin);
        _exchange.Connection.Send(call, "tasks/cancel", Parameters(), _exchange.Session.ModernMetaWithTasks);
        _exchange.Connection.Forget(call); // whatever the server says to that
    }

    private void Look()
    {
        if (_policy.MaxPollAttempts > 0 && ++_looks > _policy.MaxPollAttempts)
            Abandon(JsonRpcErrorCode.RequestTimeout, $"was not over when it had been asked about {_policy.MaxPollAttempts} times (taskConfig.maxPollAttempts)", FailureReason.TaskAttempts);
        else
            Send("tasks/get", Parameters(), OnState);
    }

    /// <summary>The task has had what it may have: it is cancelled, and its call ends.</summary>
    private void Abandon(int code, string why, string reason)
    {
        if (!TryEnd())
            return;
        CancelTask();
        _exchange.OnTaskFailed(code, $"Server '{_exchange.Connection.ServerId}': the task that it made of this call {why}, and was cancelled.", reason);
    }

    private void LookIn(long? milliseconds)
    {
        var pause = milliseconds is { } said ? TimeSpan.FromMilliseconds(Math.Clamp(said, 100, 30_000)) : _policy.PollInterval;
        lock (_gate)
        {
            if (!_hasEnded)
                _nextLook.Change(pause, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Asks the client what it was not asked yet: a server repeats what it needs until it has it.</summary>
    private bool TryAsk(ReadOnlySpan<byte> result)
    {
        var reader = new Utf8JsonReader(JsonMembers.Find(result, "inputRequests"u8).Of(result), JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return false;
        List<JsonProperty> fresh;
        lock (_gate)
            fresh = [.. document.RootElement.EnumerateObject().Where(request => _asked.Add(request.Name))];
        if (fresh.Count == 0)
            return false;
        _exchange.AskForTask(JsonRpcWriter.Object(json =>
        {
            json.WriteStartObject("inputRequests"u8);
            foreach (var request in fresh)
            {
                json.WritePropertyName(request.Name);
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(request.Value), skipInputValidation: true);
            }

            json.WriteEndObject();
        }));
        return true;
    }

    private void Send(string method, byte[] parameters, OnResult onResult)
    {
        var request = new Request(this, onResult);
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _open = request;
        }

        _exchange.Connection.Send(request, method, parameters, _exchange.Session.ModernMetaWithTasks);
        if (HasEnded)
            Cancel(request); // meanwhile, when the connection did not know it yet
    }

    /// <summary>Nobody waits for the answer any more, and it may never come: a connection that is to be closed must not wait for it.</summary>
    private void Cancel(Request request) => _exchange.Connection.Cancel(request, "The call that the task was made of has ended.");

    private void Fail(int code, string message, string? reason)
    {
        if (TryEnd())
            _exchange.OnTaskFailed(code, message, reason);
    }

    private bool TryEnd()
    {
        Request? open;
        lock (_gate)
        {
            if (_hasEnded)
                return false;
            (_hasEnded, open) = (true, _open);
        }

        _nextLook.Dispose();
        _end.Dispose();
        if (open is not null)
            Cancel(open); // nothing happens where it has been answered
        return true;
    }

    private byte[] Parameters() => JsonRpcWriter.Object(json => json.WriteString("taskId"u8, _taskId));

    private delegate void OnResult(ReadOnlySpan<byte> result);

    /// <summary>A request about the task. That one fails, too, ends the call: nobody else would ever answer it.</summary>
    private sealed class Request : PendingCall
    {
        private readonly TaskWait _wait;
        private readonly OnResult _onResult;

        public Request(TaskWait wait, OnResult onResult)
        {
            (_wait, _onResult) = (wait, onResult);
            Timeout = AnswerWithin;
        }

        public override void OnResponse(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
        {
            if (envelope.Result.Exists)
                _onResult(envelope.Result.Of(message));
            else if (_wait.TryEnd())
                _wait._exchange.OnTaskOutcome([.. message[..envelope.Error.Start], .. FailureReason.AddTo(envelope.Error.Of(message), FailureReason.TaskPollFailed), .. message[envelope.Error.End..]]);
        }

        public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
        {
            // It has none to speak of.
        }

        public override void OnFailed(int code, string message) => _wait.Fail(code, message, code == JsonRpcErrorCode.RequestTimeout ? FailureReason.TaskPollFailed : null);
    }
}

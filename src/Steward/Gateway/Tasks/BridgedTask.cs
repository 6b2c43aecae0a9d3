using System.Globalization;
using Steward.Gateway.Parking;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>
/// A task of a legacy server that a modern client owns. The server says by several requests what the client gets by one: how far the task is,
/// what it needs, its result.
/// </summary>
internal sealed partial class BridgedTask : ITaskKeeper
{
    private const int MaxQuestions = 64;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private readonly BridgedTasks _tasks;
    private readonly Lock _gate = new();
    // Held while listeners are told, so that they hear of changes in their order; all they do is to put the news into a bounded buffer.
    private readonly Lock _telling = new();
    private readonly List<ParkedQuestion> _questions = [];
    private readonly List<ITaskListener> _listeners = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskState _state;
    private byte[]? _outcome;
    private int _keptBytes;
    private int _lastKey;
    private TaskResultCall? _resultCall;

    public BridgedTask(BridgedTasks tasks, GatewayServer server, ModernClient owner, UpstreamConnection connection, string id, TaskState state)
    {
        (_tasks, Server, Owner, Connection, Id) = (tasks, server, owner, connection, id);
        _state = Bounded(state);
        BegunAt = owner.Clock.GetTimestamp();
    }

    public GatewayServer Server { get; }

    public ModernClient Owner { get; }

    public UpstreamConnection Connection { get; }

    /// <summary>What the server calls it.</summary>
    public string Id { get; }

    /// <summary>When it began, as a timestamp of the clock.</summary>
    public long BegunAt { get; }

    /// <summary>When it is forgotten, counted from its beginning.</summary>
    public TimeSpan Life => TimeSpan.FromMilliseconds(_state.Ttl ?? BridgedTasks.Life.TotalMilliseconds);

    /// <summary>Whether its outcome is known.</summary>
    public bool IsOver => _over.Task.IsCompleted;

    /// <summary>Begins to wait for its result.</summary>
    public void AskForResult()
    {
        var call = new TaskResultCall(this);
        lock (_gate)
        {
            if (_resultCall is not null || IsOver)
                return;
            _resultCall = call;
        }

        Connection.Send(call, "tasks/result", Parameters());
    }

    /// <summary>Answers <c>tasks/get</c>: how far it is now.</summary>
    /// <exception cref="UpstreamErrorException">The server does not know it any more, or says nothing.</exception>
    public async Task<byte[]> GetAsync(string exposedId)
    {
        if (!IsOver)
            await RefreshAsync().ConfigureAwait(false);
        byte[]? outcome;
        TaskState state;
        lock (_gate)
            (state, outcome) = (_state, _outcome);
        if (state.Status == TaskState.Completed && IsOver && outcome is null) // too large to be kept here
            outcome = RelatedTask.RemoveFrom(await Connection.RequestAsync("tasks/result", Parameters(), AnswerWithin, CancellationToken.None).ConfigureAwait(false));
        lock (_gate)
            return Write(exposedId, outcome);
    }

    /// <summary>Takes what the client answers to what the task needs.</summary>
    /// <param name="responses">The <c>inputResponses</c>; empty where there are none.</param>
    /// <returns>What is wrong with them; <see langword="null"/> where nothing is.</returns>
    public string? Update(ReadOnlySpan<byte> responses)
    {
        List<ParkedQuestion> questions;
        lock (_gate)
            questions = [.. _questions];
        if (InputResponses.Read(responses, questions, out var problem) is not { } answers)
            return problem;
        foreach (var question in questions)
        {
            if (!answers.TryGetValue(question.Key, out var answer))
                continue;
            lock (_gate)
            {
                if (!_questions.Remove(question))
                    continue; // answered, or withdrawn, in this very moment
            }

            Connection.Post(JsonRpcWriter.Result(question.Id, RelatedTask.AddTo(answer, Id)));
        }

        if (answers.Count > 0)
            Tell();
        return null;
    }

    /// <summary>Has the server give it up, where it can. Whether it does is for the client to see later.</summary>
    public async Task CancelAsync()
    {
        if (IsOver)
            return;
        RefuseQuestions("The client has cancelled the task.");
        if (!Connection.Server.CancelsTasks)
            return;
        try
        {
            var state = await Connection.RequestAsync("tasks/cancel", Parameters(), AnswerWithin, CancellationToken.None).ConfigureAwait(false);
            Take(state);
        }
        catch (UpstreamErrorException)
        {
            // It is over already, or goes on: the next look at it says which.
        }
    }

    /// <summary>Nobody will ask for it any more.</summary>
    public void Forget()
    {
        _tasks.Keepers.Remove(Connection, Id, this);
        int kept;
        TaskResultCall? resultCall;
        lock (_gate)
            (kept, resultCall, _keptBytes, _outcome) = (_keptBytes, _resultCall, 0, null);
        _tasks.Release(kept);
        if (IsOver)
            return;
        RefuseQuestions("The task was given up.");
        CancelAt(Connection, Id);
        if (resultCall is not null)
            Connection.Cancel(resultCall, "Nobody asks for it any more.");
    }

    /// <summary>Has a server give a task up, whatever it says to that; <see langword="false"/> where it cannot.</summary>
    public static bool CancelAt(UpstreamConnection connection, string taskId)
    {
        if (!connection.Server.CancelsTasks)
            return false;
        var call = new ControlCall(AnswerWithin);
        connection.Send(call, "tasks/cancel", JsonRpcWriter.Object(json => json.WriteString("taskId"u8, taskId)));
        connection.Forget(call);
        return true;
    }

    /// <summary>Begins to tell somebody of its changes; first of where it is now, if that is not just that it goes on.</summary>
    public void Listen(ITaskListener listener)
    {
        lock (_telling)
        {
            byte[] news;
            lock (_gate)
            {
                _listeners.Add(listener);
                news = Write(Id, _outcome);
                if (!IsOver && _questions.Count == 0)
                    return;
            }

            Tell(listener, news);
        }
    }

    public void Unlisten(ITaskListener listener)
    {
        lock (_gate)
            _listeners.Remove(listener);
    }

    public void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var obstacle = InputRequest.FindObstacle(Owner, message, envelope);
        if (obstacle is null)
        {
            var request = InputRequest.Translate(Owner.Capabilities, message, envelope);
            lock (_gate)
            {
                if (IsOver || _questions.Count >= MaxQuestions)
                    obstacle = $"The task waits for {MaxQuestions} answers already, or is over.";
                else // a key is never used again: clients know by it what they have answered
                    _questions.Add(new ParkedQuestion("input-" + (++_lastKey).ToString(CultureInfo.InvariantCulture), envelope.Id.Of(message).ToArray(), envelope.Method, request));
            }
        }

        if (obstacle is not null)
            Session.Refuse(connection, envelope.Id.Of(message), obstacle);
        else
            Tell();
    }

    public void OnStatus(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        Take(envelope.Params.Of(message));
        AskForResult(); // where that was lost meanwhile
        if (!IsOver)
            Tell();
    }

    public bool Withdraw(UpstreamConnection connection, ReadOnlySpan<byte> requestId)
    {
        lock (_gate)
        {
            foreach (var question in _questions)
            {
                if (connection == Connection && requestId.SequenceEqual(question.Id))
                    return _questions.Remove(question);
            }
        }

        return false;
    }

    /// <summary>The task has brought a result.</summary>
    public void OnResult(ReadOnlySpan<byte> result)
    {
        var outcome = RelatedTask.RemoveFrom(result);
        // In the legacy era a tool that reports an error makes its task fail; in the modern one only an error of the protocol does.
        var kept = _tasks.TryKeep(outcome.Length) ? outcome.Length : 0;
        if (!End(TaskState.Completed, outcome, kept))
            _tasks.Release(kept);
    }

    /// <summary>The server gave an error in place of a result: that of the task, or because the task was cancelled, or because it does not wait for the end.</summary>
    public void OnResultRefused(ReadOnlySpan<byte> error) => _ = SettleAsync(error.ToArray()); // cannot fault

    /// <summary>The server is gone, and the task with it.</summary>
    public void OnGone(int code, string reason) => EndWithError(code, reason);

    /// <summary>The request for the result got lost.</summary>
    public void OnResultLost()
    {
        lock (_gate)
            _resultCall = null;
    }

    private async Task SettleAsync(byte[] error)
    {
        try
        {
            Take(await Connection.RequestAsync("tasks/get", Parameters(), AnswerWithin, CancellationToken.None).ConfigureAwait(false));
        }
        catch (UpstreamErrorException)
        {
            EndWithError(error);
            return;
        }

        string status;
        lock (_gate)
            status = _state.Status;
        if (status is TaskState.Failed or TaskState.Completed)
            EndWithError(error);
        else if (status != TaskState.Cancelled)
            OnResultLost(); // it goes on all the same
    }

    private async Task RefreshAsync()
    {
        using var enough = new CancellationTokenSource();
        var asking = Connection.RequestAsync("tasks/get", Parameters(), AnswerWithin, enough.Token);
        await Task.WhenAny(asking, _over.Task).ConfigureAwait(false);
        if (!asking.IsCompleted)
        {
            await enough.CancelAsync().ConfigureAwait(false); // its result came first, and says all
            await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (IsOver || !Take(await asking.ConfigureAwait(false)))
            return;
        AskForResult();
        bool isOver;
        lock (_gate)
            isOver = _state.IsOver;
        if (isOver) // then its result is there at once; an answer without it would send the client round again
            await _over.Task.WaitAsync(AnswerWithin, Owner.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes what the server says of it; <see langword="false"/> where that is nothing.</summary>
    private bool Take(ReadOnlySpan<byte> task)
    {
        if (TaskState.Read(task, Owner.Clock) is not { } state)
            return false;
        lock (_gate)
        {
            if (IsOver)
                return true;
            _state = Bounded(state);
        }

        if (state.Status == TaskState.Cancelled)
            End(TaskState.Cancelled, null, 0);
        return true;
    }

    private void EndWithError(int code, string message) => EndWithError(JsonRpcWriter.Object(json =>
    {
        json.WriteNumber("code"u8, code);
        json.WriteString("message"u8, message);
    }));

    private void EndWithError(byte[] error) => End(TaskState.Failed, error, error.Length);

    /// <summary>The task is over; <see langword="false"/> where it was before.</summary>
    private bool End(string status, byte[]? outcome, int keptBytes)
    {
        lock (_gate)
        {
            if (!_over.TrySetResult())
                return false;
            _state = _state.Status == status ? _state : _state.To(status, Owner.Clock);
            (_outcome, _keptBytes) = (keptBytes > 0 ? outcome : null, status == TaskState.Completed ? keptBytes : 0);
        }

        RefuseQuestions("The task is over.");
        Tell(outcome);
        return true;
    }

    private void RefuseQuestions(string reason)
    {
        ParkedQuestion[] questions;
        lock (_gate)
        {
            questions = [.. _questions];
            _questions.Clear();
        }

        foreach (var question in questions)
            Connection.Post(JsonRpcWriter.Error(question.Id, JsonRpcErrorCode.ServerUnavailable, reason));
    }

    private void Tell(byte[]? outcome = null)
    {
        lock (_telling)
        {
            ITaskListener[] listeners;
            byte[] news;
            lock (_gate)
            {
                if (_listeners.Count == 0)
                    return;
                (listeners, news) = ([.. _listeners], Write(Id, outcome ?? _outcome));
            }

            foreach (var listener in listeners)
                Tell(listener, news);
        }
    }

    private void Tell(ITaskListener listener, byte[] task)
    {
        var message = JsonRpcWriter.Notification("notifications/tasks", task);
        listener.OnTaskChanged(Id, message, JsonRpcEnvelope.Parse(message));
    }

    /// <summary>It is never kept longer than this gateway keeps it.</summary>
    private static TaskState Bounded(TaskState state) =>
        state with { Ttl = Math.Min(state.Ttl ?? long.MaxValue, (long)BridgedTasks.Life.TotalMilliseconds) };

    private byte[] Parameters() => JsonRpcWriter.Object(json => json.WriteString("taskId"u8, Id));
}

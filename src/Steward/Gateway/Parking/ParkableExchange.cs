using Steward.Gateway.Tasks;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// The request that the server works on. Once the server has asked something there is a parked call, which then hears everything
/// that comes: the client may have been answered already, and goes on with requests that the server knows nothing of.
/// </summary>
internal sealed class ParkableExchange : BridgedExchange, ITaskAwaiter
{
    private readonly ParkedCalls _calls;
    private readonly int _parametersLength;
    // Kept until it is certain whether they are needed. Whoever takes the array out returns it.
    private byte[]? _parameters;
    private volatile ParkedCall? _call;
    private AwaitedTask? _awaited;
    // What the server asked for though the client did not declare it. Set and read by the reader of the server's output.
    private (McpMethod Asked, bool IsUrl)? _undeclared;

    public ParkableExchange(ModernClient client, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, ParkedCalls calls)
        : base(client, connection, timeout, message, envelope)
    {
        (_calls, Asker) = (calls, client);
        if (!TakesInput(Method) || !client.Capabilities.AllowAny)
            return;
        var parameters = envelope.Params.Of(message);
        _parametersLength = parameters.Length;
        _parameters = BytePool.Rent(parameters.Length);
        parameters.CopyTo(_parameters);
    }

    /// <summary>Whose request it is.</summary>
    public ModernClient Asker { get; }

    /// <summary>What becomes of the task that the server makes of the call; almost always it makes none.</summary>
    public TaskCall? TaskCall
    {
        get;
        set => (field, MayGoOn) = (value, value is not null);
    }

    public override void OnServerRequest(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        var obstacle = TakesInput(Method) ? InputRequest.FindObstacle(Owner, message, envelope) : $"A client cannot be asked during {McpMethods.NameOf(Method)}.";
        if (obstacle is null && (_call ?? Open(envelope.Method, out obstacle)) is { } call)
            call.Ask(message, envelope);
        else
            Refuse(connection, message, envelope, obstacle!);
    }

    private void Refuse(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, string obstacle)
    {
        var isUrl = UrlElicitation.Is(message, envelope);
        if (TakesInput(Method) && !Owner.Capabilities.Allow(envelope.Method, isUrl))
            _undeclared = (envelope.Method, isUrl);
        Session.Refuse(connection, envelope.Id.Of(message), obstacle);
    }

    public override void OnServerNotification(ReadOnlySpan<byte> message, LogSeverity? severity)
    {
        if (_call is { } call)
            call.Pass(message);
        else
            base.OnServerNotification(message, severity);
    }

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (_call is { } call)
            call.Pass(message);
        else
            base.OnProgress(message, envelope);
    }

    /// <summary>Whether nobody waits for the request any more, be it parked or not.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Nobody waits any more: the server is told so.</summary>
    public void GiveUp(string reason)
    {
        IsCancelled = true;
        Connection.Cancel(this, reason);
    }

    /// <summary>The same with the client's own words.</summary>
    public void GiveUp(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        IsCancelled = true;
        Connection.Cancel(this, notification, envelope);
    }

    protected override void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (TaskCall?.Take(this, message, envelope, out _awaited) is { } created)
            OnTaskOutcome(created, JsonRpcEnvelope.Parse(created));
        else if (_awaited is { } task)
            task.TryAwait();
        else
            OnTaskOutcome(message, envelope);
    }

    public override bool TryCancel(UpstreamConnection connection)
    {
        _awaited?.GiveUp(AwaitedTask.ByClient);
        return _awaited is not null;
    }

    /// <summary>The server has answered, be it by a task that was waited for.</summary>
    public void OnTaskOutcome(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        ReleaseParameters();
        if (_call is { } call)
            call.Complete(message, envelope);
        else if (_undeclared is { } undeclared && UndeclaredCapability.IsFailure(message, envelope))
            FailFor(undeclared.Asked, undeclared.IsUrl);
        else
            base.OnAnswer(message, envelope);
    }

    public override void OnFailed(int code, string message)
    {
        if (_call is null && TryReplay(code, message))
            return;
        ReleaseParameters();
        if (_call is { } call)
            call.Fail(code, message);
        else
            base.OnFailed(code, message);
    }

    public override void Cancel(string reason)
    {
        ReleaseParameters();
        if (_call is { } call)
            call.GiveUp(this, reason);
        else
            GiveUp(reason);
        EndCancelled();
    }

    public override void Cancel(ReadOnlySpan<byte> notification, in JsonRpcEnvelope envelope)
    {
        ReleaseParameters();
        if (_call is { } call)
            call.GiveUp(this, notification, envelope);
        else
            GiveUp(notification, envelope);
        EndCancelled();
    }

    private void FailFor(McpMethod asked, bool isUrl) => DeliverError(
        JsonRpcErrorCode.MissingRequiredClientCapability,
        $"Server '{Connection.ServerId}' cannot do this without {UndeclaredCapability.NameOf(asked)}, which the client did not declare.",
        "undeclared_capability",
        json => UndeclaredCapability.WriteData(json, asked, isUrl));

    private ParkedCall? Open(McpMethod asks, out string? obstacle)
    {
        obstacle = "The request cannot be parked.";
        if (Interlocked.Exchange(ref _parameters, null) is not { } parameters)
            return null;
        var call = _calls.TryOpen(this, RequestDigest.OfRequest(Method, parameters.AsSpan(0, _parametersLength)), asks, out obstacle);
        BytePool.Return(parameters);
        _call = call;
        return call;
    }

    private void ReleaseParameters()
    {
        if (Interlocked.Exchange(ref _parameters, null) is { } parameters)
            BytePool.Return(parameters);
    }
}

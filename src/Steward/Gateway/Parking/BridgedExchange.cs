using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Gateway.Parking;

/// <summary>
/// A request of a client of the modern era that a server of the legacy era answers. The answer gets what its client expects of
/// every result; errors get the codes of its era.
/// </summary>
internal abstract class BridgedExchange : ModernExchange
{
    private readonly bool _maySendToPages;

    protected BridgedExchange(ModernClient client, UpstreamConnection connection, TimeSpan timeout, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
        : base(client, connection, timeout, message, envelope)
    {
        // Whoever declined to visit a page is not sent there again: its next answer is the server's error as it is.
        _maySendToPages = TakesInput(Method) && client.Capabilities.ElicitationUrl
            && (envelope.RequestState.Exists || !envelope.InputResponses.Exists || !InputResponses.AnyDeclined(envelope.InputResponses.Of(message)));
    }

    /// <summary>Whether a request of this method may be answered by a request for input.</summary>
    public static bool TakesInput(McpMethod method) => method is McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead;

    /// <summary>Answers with what the server answered.</summary>
    public void Answer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        if (_maySendToPages && envelope.Error.Exists && RequiredPages.TryTranslate(envelope.Error.Of(message), out var result))
            DeliverResult(result);
        else
            DeliverAnswer(message, envelope, ResultTranslation.ToModern(Method, Connection.Server, message, envelope));
    }

    /// <summary>Answers that there will be no result.</summary>
    public void Fail(int code, string message) => base.OnFailed(code, message);

    /// <summary>Tells the client what the server said meanwhile: progress, or a log message.</summary>
    public void Tell(ReadOnlySpan<byte> message)
    {
        var envelope = JsonRpcEnvelope.Parse(message);
        if (envelope.Method == McpMethod.NotificationsProgress)
            base.OnProgress(message, envelope);
        else
            base.OnServerNotification(message, LogSeverities.Parse(envelope.Level.Of(message)));
    }

    /// <summary>Answers with questions; <see langword="false"/> where the client has given the request up.</summary>
    public bool TryAskForInput(ReadOnlySpan<byte> result) => DeliverResult(result);

    protected override void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => Answer(message, envelope);
}

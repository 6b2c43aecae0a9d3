using System.Security.Cryptography;
using Steward.Wire;

namespace Steward.Gateway.Rounds;

/// <summary>One of the inputs that a modern server asks for by a result, as a request to a legacy client.</summary>
internal sealed class InputQuestion : ServerQuestion
{
    private readonly InputRound _round;
    private readonly byte[] _message;
    private readonly JsonRpcEnvelope _envelope;

    private InputQuestion(InputRound round, Exchange cause, byte[] key, byte[] message, in JsonRpcEnvelope envelope)
        : base(cause.Connection, cause) =>
        (_round, Key, _message, _envelope, IsCertain) = (round, key, message, envelope, true);

    /// <summary>What the server calls the input, as JSON.</summary>
    public byte[] Key { get; }

    /// <summary>The id under which the client knows the question.</summary>
    public long Number { get; set; }

    /// <summary>The client's answer, once there is one.</summary>
    public byte[]? Answer { get; set; }

    /// <summary>What it asks for, for people.</summary>
    public string Method => JsonText.Read(_envelope.MethodName.Of(_message))!;

    /// <summary>Reads an input request; <see langword="null"/> where it is none that the protocol knows.</summary>
    /// <param name="round">What it is part of.</param>
    /// <param name="cause">The client's request.</param>
    /// <param name="key">What the server calls it, as JSON.</param>
    /// <param name="request">The object with <c>method</c> and <c>params</c>.</param>
    public static InputQuestion? Read(InputRound round, Exchange cause, byte[] key, ReadOnlySpan<byte> request)
    {
        var method = JsonMembers.Find(request, "method"u8).Of(request);
        if (McpMethods.Parse(JsonText.Read(method) is { } name ? System.Text.Encoding.UTF8.GetBytes(name) : [])
            is not (McpMethod.ElicitationCreate or McpMethod.SamplingCreateMessage or McpMethod.RootsList))
            return null;
        var parameters = JsonMembers.Find(request, "params"u8);
        byte[] message = [.. "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":"u8, .. method, .. parameters.Exists ? ",\"params\":"u8 : [], .. parameters.Of(request), (byte)'}'];
        var envelope = JsonRpcEnvelope.Parse(message);
        return envelope.Kind == MessageKind.Request ? new InputQuestion(round, cause, key, message, envelope) : null;
    }

    /// <summary>Whether the client said that it can be asked this.</summary>
    public bool IsAllowed(ClientCapabilities client) =>
        client.Allow(_envelope.Method, IsUrl)
        && (_envelope.Method != McpMethod.SamplingCreateMessage || client.SamplingTools || !JsonMembers.Find(_envelope.Params.Of(_message), "tools"u8).Exists);

    /// <summary>The request as the client gets it.</summary>
    public RentedFrame ToFrame()
    {
        var edits = new FrameEdits(stackalloc byte[96]);
        edits.Replace(_envelope.Id, Number);
        // Legacy clients need an id by which they would hear that the page is done with. Servers of the modern era never say so;
        // when the user is back, the client says that by its answer.
        if (IsUrl && !JsonMembers.Find(_envelope.Params.Of(_message), "elicitationId"u8).Exists)
            edits.Insert(_envelope.Params.Start + 1, (byte[])[.. "\"elicitationId\":"u8, .. JsonRpcWriter.String(RandomNumberGenerator.GetHexString(32, lowercase: true)), (byte)',']);
        return RentedFrame.Copy(_message, edits);
    }

    public override void OnAnswer(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) => _round.OnAnswer(this, message, envelope);

    public override void OnProgress(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        // The server does not wait meanwhile, and has no way to hear of it.
    }

    public override void OnSessionEnded()
    {
        // The session has cancelled the request that this belongs to.
    }

    private bool IsUrl => UrlElicitation.Is(_message, _envelope);

    /// <summary>Reads the error that a client answered with.</summary>
    public static (int Code, string Message) ReadError(ReadOnlySpan<byte> error)
    {
        var text = JsonMembers.Find(error, "message"u8);
        return (JsonRpcErrorCode.Read(error), JsonText.Read(text.Of(error)) ?? "");
    }
}

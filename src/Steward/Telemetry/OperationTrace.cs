using System.Diagnostics;
using System.Text;
using Steward.Gateway;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Telemetry;

/// <summary>
/// Traces what clients ask of servers, and the starts of servers. Nothing is done where nobody listens. A span is never the current one of
/// a thread when a method returns: what else runs there is not a part of it.
/// </summary>
internal static class OperationTrace
{
    // Names come from outside, and a span is kept in memory by whoever listens.
    private const int MaxName = 128;

    private static ReadOnlySpan<byte> TraceParent => "traceparent"u8;

    /// <summary>Begins the span of a request; <see langword="null"/> where nobody wants it.</summary>
    /// <param name="connection">The server that it goes to.</param>
    /// <param name="message">The request.</param>
    /// <param name="envelope">Where its parts are.</param>
    /// <param name="name">What the server calls the tool or prompt, as JSON, where the request says something else.</param>
    public static Activity? Begin(UpstreamConnection connection, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope, byte[]? name)
    {
        if (!StewardTelemetry.Activities.HasListeners())
            return null;

        var method = McpMethods.NameOf(envelope.Method);
        var target = envelope.Method is McpMethod.ToolsCall or McpMethod.PromptsGet ? Clip(JsonText.Read(name ?? envelope.Name.Of(message))) : null;
        ActivityContext.TryParse(JsonText.Read(ParentIn(message, envelope).Of(message)), null, isRemote: true, out var parent);
        var span = Start(target is null ? method : $"{method} {target}", ActivityKind.Client, parent);
        span?.SetTag("mcp.method.name", method).SetTag("steward.server.id", connection.ServerId).SetTag("mcp.protocol.version", connection.Server.Revision);
        if (target is not null)
            span?.SetTag(envelope.Method == McpMethod.ToolsCall ? "gen_ai.tool.name" : "gen_ai.prompt.name", target);
        if (envelope.Method == McpMethod.ToolsCall)
            span?.SetTag("gen_ai.operation.name", "execute_tool");
        return span;
    }

    /// <summary>Ends the span of a request.</summary>
    /// <param name="span">The span.</param>
    /// <param name="errorType">What kind of failure it was; <see langword="null"/> for none.</param>
    /// <param name="errorCode">The code of the answer, where that is an error.</param>
    public static void End(Activity span, string? errorType, int? errorCode)
    {
        if (errorType is not null)
            span.SetTag("error.type", errorType).SetStatus(ActivityStatusCode.Error);
        if (errorCode is { } code)
            span.SetTag("rpc.response.status_code", code);
        var current = Activity.Current;
        try
        {
            span.Stop(); // which makes the one before it the current one of this thread
        }
        catch (Exception) // of a listener: whoever traces must not end the reader that serves everybody
        {
        }

        Activity.Current = current;
    }

    /// <summary>A request that tells the server of which span it is a part, in place of what its client said of that.</summary>
    public static byte[] Propagate(Activity span, ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope)
    {
        byte[] value = [(byte)'"', .. Encoding.ASCII.GetBytes(span.Id!), (byte)'"'];
        if (ParentIn(message, envelope) is { Exists: true } said)
            return [.. message[..said.Start], .. value, .. message[said.End..]];
        var edits = new FrameEdits(new byte[value.Length + 64]);
        new RequestAdditions((byte[])[(byte)'"', .. TraceParent, .. "\":"u8, .. value], default).AddTo(ref edits, message, envelope);
        var line = new byte[message.Length + Math.Max(0, edits.Growth)];
        return line[..edits.Apply(message, line)];
    }

    /// <summary>Begins the span of a start of a server; to be ended by <see cref="EndStart"/>.</summary>
    public static Activity? BeginStart(string server)
    {
        if (!StewardTelemetry.Activities.HasListeners())
            return null;
        // Starts have reasons of many kinds, and loops begin here that live for days: they are nobody's children, and have none.
        Activity.Current = null;
        return Start("steward.server.start", ActivityKind.Internal, default)?.SetTag("steward.server.id", server);
    }

    /// <summary>Ends the span of a start.</summary>
    /// <param name="span">The span.</param>
    /// <param name="errorType">What kind of failure it was; <see langword="null"/> for none.</param>
    public static void EndStart(Activity? span, string? errorType)
    {
        if (span is not null)
            End(span, errorType, errorCode: null);
    }

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        var current = Activity.Current;
        try
        {
            return StewardTelemetry.Activities.StartActivity(name, kind, parent);
        }
        catch (Exception) // of a listener
        {
            return null;
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static ByteRange ParentIn(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        envelope.Meta.Exists && JsonMembers.Find(envelope.Meta.Of(message), TraceParent) is { Exists: true } found ? found.From(envelope.Meta.Start) : default;

    private static string? Clip(string? text) => text?.Length > MaxName ? text[..MaxName] : text;
}

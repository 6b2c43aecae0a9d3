using Steward.Gateway.Channels;
using Steward.Wire;

namespace Steward.Cli.Stdio;

/// <summary>Answers every request by saying why nothing can be done: a client shows that, and nobody reads its standard error.</summary>
internal static class DeadEnd
{
    public static async Task ServeAsync(StdioInput input, StdioOutput output, string reason, CancellationToken stop)
    {
        await foreach (var line in input.ReadAllAsync(stop))
        {
            var envelope = JsonRpcEnvelope.Parse(line.Span);
            if (envelope.Kind == MessageKind.Request)
                await output.WriteAsync(JsonRpcWriter.Error(envelope.Id.Of(line.Span), JsonRpcErrorCode.InternalError, $"Steward cannot start: {reason}"));
            else if (envelope.Kind == MessageKind.Invalid)
                await output.WriteAsync(Refusal.OfInvalid(line.Span, envelope));
            line.Return();
        }
    }
}

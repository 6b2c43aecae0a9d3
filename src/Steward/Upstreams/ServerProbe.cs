using Steward.Catalog;
using Steward.Configuration;
using Steward.Configuration.Parsing;
using Steward.Wire;

namespace Steward.Upstreams;

/// <summary>
/// Asks a server whether it lives, and has it do something. Requests of Steward's own: no limit of clients holds for them, and they are sent however many
/// calls wait.
/// </summary>
internal sealed class ServerProbe(UpstreamConnection connection, TimeProvider time)
{
    /// <summary>Returns when the server has given a sign of life. What it has to say by way of refusal is one; so is its work for others, for a busy server may answer late.</summary>
    /// <exception cref="UpstreamErrorException">It cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">It gave none in time.</exception>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var call = NewCall();
        var question = connection.Server.Era == ProtocolEra.Modern ? "server/discover" : "ping";
        try
        {
            await connection.RequestAsync(call, question, default, cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamErrorException error) when (error.Code != JsonRpcErrorCode.ServerUnavailable || error.IsAnswer || call.HasFoundNoSession)
        {
            // An error is an answer. So is that it does not know the session: the next call of a client has another opened.
        }
        catch (OperationCanceledException) when (connection.HasWorkedSince(asked))
        {
            // It spoke, though not of this.
        }
    }

    /// <summary>Calls a tool and looks at what comes back.</summary>
    /// <returns>Why the call cannot be made as it is defined; <see langword="null"/> where all is well.</returns>
    /// <exception cref="UpstreamErrorException">The server failed, or its result is not what is expected.</exception>
    /// <exception cref="OperationCanceledException">It did not answer in time.</exception>
    public async Task<string?> CallAsync(HealthCall wanted, ServerCatalog catalog, CancellationToken cancellationToken)
    {
        if (Unknown(wanted.Tool, catalog) is { } unknown)
            return unknown;
        var call = NewCall();
        byte[] result;
        try
        {
            result = await connection.RequestAsync(call, "tools/call", Parameters(wanted), cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamErrorException) when (call.HasFoundNoSession)
        {
            return null; // nobody uses it now, and a probe opens no session: there is nothing to be said of it
        }
        catch (UpstreamErrorException refused) when (refused is { IsAnswer: true, Code: JsonRpcErrorCode.InvalidParams or JsonRpcErrorCode.MethodNotFound })
        {
            return $"health.call: the server refuses the call of tool '{wanted.Tool}' as it is defined: {ExpectedResult.Bounded(refused.Message)}";
        }
        catch (UpstreamErrorException failure)
        {
            throw new UpstreamErrorException(failure.Code, $"health.call: the call of tool '{wanted.Tool}' failed: {ExpectedResult.Bounded(failure.Message)}");
        }

        return ExpectedResult.Complain(wanted, result) is { } complaint
            ? throw new UpstreamErrorException(JsonRpcErrorCode.InternalError, $"health.call: tool '{wanted.Tool}' {complaint}")
            : null;
    }

    private static ControlCall NewCall() => new(Timeout.InfiniteTimeSpan) { MayRenewSession = false };

    private static string? Unknown(string tool, ServerCatalog catalog)
    {
        string[] names = [.. catalog[CatalogKind.Tools].Select(item => item.Key)];
        return names.Contains(tool, StringComparer.Ordinal) ? null
            : names.Length == 0 ? $"health.call: there is no tool '{tool}': the server offers none"
            : NearestName.Among(tool, names) is { } meant ? $"health.call: the server has no tool '{tool}'; did you mean '{meant}'?"
            : $"health.call: the server has no tool '{tool}'; it has {ExpectedResult.Bounded(string.Join(", ", names))}";
    }

    private static byte[] Parameters(HealthCall call) => JsonRpcWriter.Object(json =>
    {
        json.WriteString("name"u8, call.Tool);
        json.WritePropertyName("arguments"u8);
        json.WriteRawValue(call.Arguments ?? "{}");
    });
}

using Steward.Wire;

namespace Steward.Gateway;

/// <summary>Tells the two modes of elicitation apart.</summary>
internal static class UrlElicitation
{
    /// <summary>Whether the message asks the user to visit a URL: <c>params.mode</c> is <c>url</c>.</summary>
    public static bool Is(ReadOnlySpan<byte> message, in JsonRpcEnvelope envelope) =>
        envelope.Method == McpMethod.ElicitationCreate && JsonText.Read(envelope.Mode.Of(message)) == "url";
}

namespace Steward.TestServer.Raw;

/// <summary>Sends responses that nobody waits for, as the text of the call says, and then the right one, unless it says <c>never</c>.</summary>
internal sealed class WrongIdServer : RawServer
{
    protected override void Misbehave(in RawMessage message)
    {
        if (message.Says("unknown"u8) || message.Says("never"u8))
            TextResult("\"nobody-asked\""u8, "wrong");
        else if (message.Says("string"u8))
            TextResult([(byte)'"', .. message.Id, (byte)'"'], "wrong");
        else if (message.Says("null"u8))
            Error("null"u8, -32700, "Parse error");

        if (!message.Says("never"u8))
            Echo(message);
        if (message.Says("duplicate"u8))
            TextResult(message.Id, "wrong");
    }
}

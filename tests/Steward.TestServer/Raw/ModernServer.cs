using System.Text;

namespace Steward.TestServer.Raw;

/// <summary>A server of revision 2026-07-28 without any library, by itself well-behaved; it refuses <c>initialize</c>.</summary>
internal class ModernServer : RawServer
{
    protected const string Meta = """
        "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"steward-raw-server","version":"1.0.0"}}
        """;

    protected override ReadOnlySpan<byte> FirstMembers => "\"resultType\":\"complete\","u8;

    protected override void Initialize(in RawMessage message)
    {
        Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        Append(message.Id);
        Append(",\"error\":{\"code\":-32022,\"message\":\"Speaks 2026-07-28 only\",\"data\":{\"supported\":[\"2026-07-28\"]}}}\n"u8);
    }

    /// <summary>Answers <c>server/discover</c>.</summary>
    protected virtual void Discover(in RawMessage message) => Result(message.Id, Encoding.UTF8.GetBytes($$$"""
        {"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private",{{{Meta}}}}
        """));

    protected override void Other(in RawMessage message)
    {
        if (message.Method.SequenceEqual("server/discover"u8))
            Discover(message);
        else
            base.Other(message);
    }

    protected override void List(in RawMessage message) => Result(message.Id, Encoding.UTF8.GetBytes($$$"""
        {"resultType":"complete","ttlMs":0,"cacheScope":"private","tools":{{{Tools}}},{{{Meta}}}}
        """));

    /// <summary>Answers a call with <c>input_required</c>: the members of <c>inputRequests</c>, and the state.</summary>
    protected void RequireInput(ReadOnlySpan<byte> id, string inputRequests, string requestState) => Result(id, Encoding.UTF8.GetBytes($$$"""
        {"resultType":"input_required","inputRequests":{{{{inputRequests}}}},"requestState":"{{{requestState}}}",{{{Meta}}}}
        """));
}

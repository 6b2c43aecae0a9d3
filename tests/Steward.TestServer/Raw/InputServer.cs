using System.Globalization;

namespace Steward.TestServer.Raw;

/// <summary>
/// A modern server whose tool <c>misbehave</c> wants input that a client cannot, or should not, give: the text of the call
/// says which. <c>rounds</c> asks <c>count</c> times, <c>forever</c> without end, <c>sampling</c> whether the client declared it or
/// not; <c>nothing</c> asks for nothing, <c>state-only</c> just wants to be called again, <c>foreign</c> asks for what is no input,
/// <c>unknown-type</c> answers with a kind of result that nobody knows.
/// </summary>
internal sealed class InputServer : ModernServer
{
    private const string Form = """
        "method":"elicitation/create","params":{"message":"And?","requestedSchema":{"type":"object","properties":{"text":{"type":"string"}}}}
        """;

    protected override void Misbehave(in RawMessage message)
    {
        var round = message.RequestState.IsEmpty ? 0 : int.Parse(message.RequestState[1..^1], CultureInfo.InvariantCulture);
        if (message.Says("rounds"u8) && round < message.Count)
            RequireInput(message.Id, Numbered(round), Next(round));
        else if (message.Says("forever"u8))
            RequireInput(message.Id, Numbered(round), Next(round));
        else if (message.Says("sampling"u8) && round == 0)
            RequireInput(message.Id, """ "model":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}} """, Next(round));
        else if (message.Says("foreign"u8) && round == 0)
            RequireInput(message.Id, """ "tools":{"method":"tools/list","params":{}} """, Next(round));
        else if (message.Says("nothing"u8))
            Result(message.Id, """{"resultType":"input_required"}"""u8);
        else if (message.Says("state-only"u8) && round == 0)
            Result(message.Id, """{"resultType":"input_required","requestState":"1"}"""u8);
        else if (message.Says("unknown-type"u8))
            Result(message.Id, """{"resultType":"mystery","content":[]}"""u8);
        else
            TextResult(message.Id, $"{round} rounds");
    }

    private static string Next(int round) => (round + 1).ToString(CultureInfo.InvariantCulture);

    private static string Numbered(int round) => $"\"round-{round}\":{{{Form}}}";
}

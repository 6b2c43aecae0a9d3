using System.Text;
using System.Text.Json;

namespace Steward.TestServer.Raw;

/// <summary>Has a tool <c>say</c> that returns its text behind this server's label, and may take its time to introduce itself.</summary>
internal sealed class LabelledServer(TimeSpan delay) : RawServer
{
    private const string Say = """
        {"name":"say","description":"Returns its text behind this server's label and process id","annotations":{"readOnlyHint":true},"inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}},
        """;

    protected override void Initialize(in RawMessage message)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(delay);
        base.Initialize(message);
    }

    protected override void List(in RawMessage message) => Result(message.Id, Encoding.UTF8.GetBytes($$"""{"tools":[{{Say}}{{Tools[1..]}}}"""));

    protected override void CallOther(in RawMessage message)
    {
        if (message.Name.SequenceEqual("say"u8))
            TextResult(message.Id, $"{ServerLabel.Value}|{JsonSerializer.Deserialize<string>(message.Text)}");
        else
            base.CallOther(message);
    }
}

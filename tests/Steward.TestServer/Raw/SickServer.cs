namespace Steward.TestServer.Raw;

/// <summary>
/// Lives and answers every ping, but does not do its work. <c>misbehave</c> with the text <c>hang</c>: no call is answered any more. With <c>lose</c>: it dies, and
/// comes back without tools for as long as there is the file that it leaves.
/// </summary>
internal sealed class SickServer(string file) : RawServer
{
    private bool _hangs;

    protected override void Handle(ReadOnlySpan<byte> line)
    {
        if (!_hangs || line.IsEmpty || !RawMessage.Parse(line).Method.SequenceEqual("tools/call"u8))
            base.Handle(line);
    }

    protected override void Misbehave(in RawMessage message)
    {
        _hangs = message.Says("hang"u8);
        if (message.Says("lose"u8))
        {
            File.WriteAllText(file, "lost");
            Console.Error.WriteLine("about to lose everything");
            Environment.Exit(7);
        }

        Echo(message);
    }

    protected override void List(in RawMessage message)
    {
        if (File.Exists(file))
            Result(message.Id, """{"tools":[]}"""u8);
        else
            base.List(message);
    }
}

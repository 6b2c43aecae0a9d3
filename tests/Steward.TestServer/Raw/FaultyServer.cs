using System.Globalization;
using System.Text;

namespace Steward.TestServer.Raw;

/// <summary>
/// A server with every fault that a process can have: the text of a call of <c>misbehave</c> says which. Each such call is first
/// told on standard error, so that tests can count how often it came. What ends or silences the server leaves the call unanswered.
/// </summary>
internal sealed class FaultyServer : RawServer
{
    private static readonly byte[] Banner = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("> banner of a server that cannot stop to talk\n", 80)));

    private readonly Dictionary<string, Action<string>> _faults;

    public FaultyServer() => _faults = new(StringComparer.Ordinal)
    {
        // The process.
        ["exit"] = _ => Environment.Exit(7),
        ["kill"] = _ => Signals.Raise(Signals.Kill),
        ["segv"] = _ => Signals.Raise(Signals.SegmentationFault),
        ["freeze"] = _ => Signals.Raise(Signals.Stop),
        ["close-stdin"] = _ => Descriptors.CloseAndStay(0),
        ["close-stdout"] = _ => Descriptors.CloseAndStay(1),
        ["deaf"] = _ => Stay(),

        // What it takes of the machine.
        ["hoard"] = _ => Hoard(400),
        ["fork"] = _ => Fork(10),
        ["files"] = id => Say(Answer(id, OpenFiles(1000).ToString(CultureInfo.InvariantCulture))),

        // Its output.
        ["half-line"] = id => WriteAndEnd(Answer(id, "half")[..20]),
        ["half-line-stay"] = id => WriteAndStay(Answer(id, "half")[..20]),
        ["endless-line"] = _ => Forever(Console.OpenStandardOutput(), new byte[4096]),
        ["noise"] = _ => Forever(Console.OpenStandardOutput(), Banner),
        ["noise-beside"] = id => Beside(id, Console.OpenStandardOutput()),
        ["stderr-beside"] = id => Beside(id, Console.OpenStandardError()),

        // Its text.
        ["split"] = SayByteByByte,
        ["bom"] = id => Say($"\uFEFF{Answer(id, "bom")}"),
        ["crlf"] = id => Say($"{Answer(id, "crlf")[..^1]}\r\n"),
        ["invalid-utf8"] = id => Append(Encoding.Latin1.GetBytes(Answer(id, "\u00ff\u00fe"))),
        ["surrogate"] = id => Say(Answer(id, "\\ud800")),
        ["nul"] = id => Say(Answer(id, "\0")),

        // What it says.
        ["never"] = _ => { },
        ["progress"] = _ => { },
        ["deep"] = id => Say(Structured(id, $"{new string('[', 10_000)}{new string(']', 10_000)}")),
        ["wide"] = id => Say(Structured(id, $"[{string.Join(',', Enumerable.Repeat("0", 1_000_000))}]")),
        ["huge-number"] = id => Say(Structured(id, $"1{new string('0', 100_000)}")),
        ["twice"] = id => Say($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"content":[]},"result":{"content":[]}}""" + "\n"),
        ["both"] = id => Say($$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"content":[]},"error":{"code":1,"message":"both"}}""" + "\n"),
        ["broken"] = id => Say(Answer(id, "broken")[..^2] + "\n"),
        ["text-id"] = id => Say(Answer($"\"{id}\"", "wrong") + Answer(id, "right")),
        ["storm"] = SayStorm,
    };

    protected override void Misbehave(in RawMessage message)
    {
        var fault = Encoding.UTF8.GetString(message.Text).Trim('"');
        var id = Encoding.UTF8.GetString(message.Id);
        Console.Error.WriteLine($"asked for {fault}");
        if (!_faults.TryGetValue(fault.Split(':')[0], out var act))
        {
            Error(message.Id, -32602, $"No such fault; there are {string.Join(", ", _faults.Keys)}");
            return;
        }

        Flush();
        if (fault == "progress" && !message.ProgressToken.IsEmpty)
            _ = ReportForeverAsync(Encoding.UTF8.GetString(message.ProgressToken)); // ends with the process
        act(id);
    }

    private static string Answer(string id, string text) => $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"content":[{"type":"text","text":"{{{text}}}"}]}}""" + "\n";

    private static string Structured(string id, string value) => $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"result":{"content":[],"structuredContent":{"value":{{{{value}}}}}}}""" + "\n";

    private static void Hoard(int mebibytes)
    {
        var hoard = new byte[mebibytes * 1024 * 1024];
        Array.Fill(hoard, (byte)1); // only what was touched is taken
        Stay();
        GC.KeepAlive(hoard);
    }

    private static void Fork(int processes)
    {
        for (var i = 0; i < processes; i++)
            System.Diagnostics.Process.Start("sleep", "300").Dispose();
        Stay();
    }

    /// <returns>How many it could open.</returns>
    private static int OpenFiles(int most)
    {
        var open = new List<FileStream>();
        try
        {
            while (open.Count < most)
                open.Add(new FileStream("/dev/zero", FileMode.Open, FileAccess.Read));
        }
        catch (IOException)
        {
            // No more: how many there are is what was asked for.
        }

        open.ForEach(file => file.Dispose());
        return open.Count;
    }

    private static void Stay() => new ManualResetEventSlim().Wait();

    private static void Forever(Stream stream, byte[] block)
    {
        while (true)
            stream.Write(block);
    }

    private static async Task ReportForeverAsync(string token)
    {
        var output = Console.OpenStandardOutput();
        for (var progress = 1; ; progress++)
        {
            var text = progress.ToString(CultureInfo.InvariantCulture);
            output.Write(Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{token}}},"progress":{{{text}}}}}""" + "\n"));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private void Say(string text) => Append(Encoding.UTF8.GetBytes(text));

    private void SayByteByByte(string id)
    {
        foreach (var one in Encoding.UTF8.GetBytes(Answer(id, "ä€𝄞 split")))
        {
            Append([one]);
            Flush();
        }
    }

    private void SayStorm(string id)
    {
        for (var i = 0; i < 10_000; i++)
            Append("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n"u8);
        Say(Answer(id, "storm"));
    }

    private void WriteAndEnd(string text)
    {
        Say(text);
        Flush();
        Environment.Exit(0);
    }

    private void WriteAndStay(string text)
    {
        Say(text);
        Flush();
        Stay();
    }

    /// <summary>Answers, and floods a stream from then on without minding anything else. Its blocks are small enough for a pipe to take them whole.</summary>
    private void Beside(string id, Stream stream)
    {
        new Thread(() => Forever(stream, Banner)) { IsBackground = true }.Start();
        Say(Answer(id, "flooding"));
    }
}

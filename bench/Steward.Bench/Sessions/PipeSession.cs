using System.Diagnostics;
using System.IO.Pipes;
using Steward.Bench.Http;
using Steward.Bench.Load;
using Steward.Bench.Native;

namespace Steward.Bench.Sessions;

/// <summary>A session with a child of its own, over pipes: what a call costs without any gateway.</summary>
internal sealed class PipeSession : McpSession
{
    private readonly Process _process;
    private readonly int _input;
    private readonly int _output;

    internal PipeSession(string command, IEnumerable<string> arguments)
        : base(isMirror: false)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new BenchException($"{command} did not start.");
        _process.BeginErrorReadLine(); // so that it never waits for room: nobody shows it
        _input = DescriptorOf(_process.StandardInput.BaseStream);
        _output = DescriptorOf(_process.StandardOutput.BaseStream);
        Libc.SetNonBlocking(_input);
        Libc.SetNonBlocking(_output);
        Request("initialize", InitializeParams);
        WriteLine(FormatNotification("notifications/initialized"));
    }

    public override void Dispose() => Abandon();

    internal override void Abandon()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            _process.Kill();
        _process.Dispose();
    }

    internal override IEnumerable<LoadLink> CreateLinks(CallBoard board, int firstSlot, int slots)
    {
        var writer = new PipeWriter(_input, RequestTemplate.ForLine(EchoTool, board.ArgumentLength), board, firstSlot, slots);
        return [writer, new PipeListener(_output, board, writer)];
    }

    internal override void CloseLinks()
    {
    }

    protected override byte[] Exchange(string method, byte[] message, int id)
    {
        WriteLine(message);
        var line = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            Libc.WaitFor(_output, Libc.PollIn);
            var count = Libc.Read(_output, buffer);
            if (count == 0)
                throw new BenchException("The upstream closed its output.");
            line.Write(buffer, 0, Math.Max(0, count));
            if (count > 0 && buffer[count - 1] == '\n')
                return line.ToArray();
        }
    }

    private static int DescriptorOf(Stream stream) => stream switch
    {
        PipeStream pipe => (int)pipe.SafePipeHandle.DangerousGetHandle(),
        FileStream file => (int)file.SafeFileHandle.DangerousGetHandle(),
        _ => throw new BenchException($"The pipe of a child is a {stream.GetType().Name}, which has no descriptor."),
    };

    // A large message is answered while it is still being written only by servers that do not wait for its end.
    private void WriteLine(byte[] message) => Libc.WriteAll(_input, [.. message, (byte)'\n']);
}

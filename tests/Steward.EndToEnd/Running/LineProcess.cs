using System.Diagnostics;

namespace Steward.EndToEnd.Running;

/// <summary>A program that speaks in lines. Disposing kills it and what it started.</summary>
internal sealed class LineProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private LineProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, Output), ReadAsync(process.StandardError, Errors));
    }

    public int Id => _process.Id;

    public Feed<string> Output { get; } = new();

    public Feed<string> Errors { get; } = new();

    public static LineProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits for the end and returns the exit code.</summary>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until all is read that the program printed.</summary>
    public Task EndOfOutputAsync(CancellationToken cancellationToken) => _reading.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    /// <summary>Runs a program to its end and returns all that it printed.</summary>
    public static async Task<ProgramResult> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        await using var process = Start(program, arguments, environment);
        process.CloseInput();
        var code = await process.ExitAsync(cancellationToken);
        await process._reading.WaitAsync(cancellationToken);
        return new(code, string.Join('\n', process.Output.Items), string.Join('\n', process.Errors.Items));
    }

    private static async Task ReadAsync(StreamReader reader, Feed<string> feed)
    {
        while (await reader.ReadLineAsync() is { } line)
            feed.Add(line);
        feed.End("the program closed its output");
    }
}

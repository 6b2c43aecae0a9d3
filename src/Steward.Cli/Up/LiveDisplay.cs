using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;
using Steward.Cli.Output;
using Steward.Server;

namespace Steward.Cli.Up;

/// <summary>A table on the terminal, redrawn when something in it changes.</summary>
internal sealed class LiveDisplay(CliContext context) : IUpDisplay
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1); // for uptimes and countdowns

    // The terminal echoes ^C behind the last line; were there no room it would wrap, and the redraw would miss by a line.
    private const int RoomForEcho = 3;

    // Many changes at once are one redraw: the table shows the present, not the history.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly IAnsiConsole _console = StatusTable.ConsoleOn(context.Out);
    private readonly Channel<string> _texts = Channel.CreateBounded<string>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest }); // whoever presses a key again and again sees the last
    private volatile string _notice = "";
    private string _footer = "Ctrl-C stops everything; 'steward --help' in another terminal shows what else there is";

    public void Listening(StewardHost host)
    {
        _console.MarkupLineInterpolated($"[bold]Steward {StewardHost.Version}[/] serves [aqua]{host.Url}/mcp[/] (one server: {host.Url}/servers/ID/mcp)");
        _console.MarkupLine("Put Steward into a client with 'steward connect CLIENT', or paste into its configuration:");
        _console.WriteLine(ClientSnippet.Create(host.Url, host.Gateway));
        _console.WriteLine(ClientSnippet.Launched);
        _console.WriteLine();
    }

    public async Task ShowAsync(McpServerManager manager, CancellationToken cancellationToken)
    {
        var changes = WakeOnChangesAsync(manager, _wake.Writer, cancellationToken);
        using var timer = context.Time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Tick, Tick);

        await _console.Live(new Text("")).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            (IReadOnlyList<StatusRow>?, string, (int, int)?) shown = default;
            while (await AwakeAsync(_wake.Reader, cancellationToken))
            {
                while (_texts.Reader.TryRead(out var text))
                {
                    _console.WriteLine(Padded(text)); // above the table, which is drawn again below it
                    shown = default;
                }

                var size = TerminalSize.Read();
                var (rows, footer) = (Rows(manager), _notice.Length > 0 ? $"{_notice}\n{_footer}" : _footer);
                if (shown.Item1 is not null && shown.Item1.SequenceEqual(rows) && shown.Item2 == footer && shown.Item3 == size)
                    continue;
                shown = (rows, footer, size);
                Draw(live, rows, footer, size);
            }

            Draw(live, Rows(manager), "stopped", TerminalSize.Read());
        });
        await changes;
    }

    /// <summary>Shows a text above the table, where it stays. May come at any time, from any thread.</summary>
    public void Print(string text)
    {
        _texts.Writer.TryWrite(text);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Says that keys are heard. Called before the table is shown.</summary>
    public void ShowKeys() => _footer = UpConsole.Keys;

    /// <summary>Stands above the footer until the next; the tick brings it there.</summary>
    public void Notice(string text) => _notice = SafeText.Lines(text);

    public void Stopping() => _footer = "stopping; Ctrl-C again forces";

    private void Draw(LiveDisplayContext live, IReadOnlyList<StatusRow> rows, string footer, (int Width, int Height)? size)
    {
        if (size is var (width, height))
            (_console.Profile.Width, _console.Profile.Height) = (Math.Max(1, width - RoomForEcho), height);
        live.UpdateTarget(new Rows((IRenderable[])[StatusTable.Create(rows, _console.Profile.Width), new Text(footer, new Style(Color.Grey))]));
    }

    /// <summary>It is written over the table, of which nothing must stay beside it.</summary>
    private string Padded(string text) => string.Join('\n', text.Split('\n').Select(line => line.PadRight(_console.Profile.Width)));

    private List<StatusRow> Rows(McpServerManager manager)
    {
        var now = context.Time.GetUtcNow();
        return [.. manager.GetMeasuredStatuses().Select(status => StatusRow.From(status, now))];
    }

    private static async Task<bool> AwakeAsync(ChannelReader<bool> wake, CancellationToken cancellationToken)
    {
        try
        {
            return await wake.ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task WakeOnChangesAsync(McpServerManager manager, ChannelWriter<bool> wake, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in manager.WatchAsync(cancellationToken))
                wake.TryWrite(true);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The display ends.
        }
    }
}

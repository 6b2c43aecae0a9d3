using Steward.Cli.Output;
using Steward.Server;

namespace Steward.Cli.Up;

/// <summary>What keys do on the terminal on which <c>up</c> runs.</summary>
/// <param name="host">The daemon.</param>
/// <param name="print">Shows a text above the table.</param>
/// <param name="stop">What Ctrl-C does.</param>
/// <param name="time">The clock.</param>
internal sealed class UpConsole(StewardHost host, Action<string> print, Action stop, TimeProvider time)
{
    private const int LongestDescription = 80;

    /// <summary>The keys on one line.</summary>
    public const string Keys = "s servers, t tools, h help, q or Ctrl-C stops everything";

    /// <summary>The keys and what they do.</summary>
    public const string Help = """
        s  the servers as they are now, to keep
        t  the tools of all servers, by the names that clients see
        h  this help
        q  stops everything, as Ctrl-C does; again: at once
        In another terminal 'steward --help' shows what else there is.
        """;

    /// <summary>Does what each key says until there are no more.</summary>
    public async Task RunAsync(IAsyncEnumerable<char> keys)
    {
        await foreach (var key in keys)
            await PressAsync(key);
    }

    /// <summary>A key was pressed; one that means nothing does nothing.</summary>
    public async Task PressAsync(char key)
    {
        switch (char.ToLowerInvariant(key))
        {
            case 's':
                print(Servers());
                break;
            case 't':
                print(await ToolsAsync());
                break;
            case 'h' or '?':
                print(Help);
                break;
            case 'q':
                stop();
                break;
        }
    }

    private string Servers()
    {
        var now = time.GetUtcNow();
        return Table(StatusRow.Headers, host.Manager.GetMeasuredStatuses().Select(status => StatusRow.From(status, now).Cells));
    }

    private async Task<string> ToolsAsync()
    {
        var tools = await host.ListToolsAsync();
        return tools.Count == 0
            ? "No server that runs has tools."
            : Table(["server", "tool", "description"], tools.Select(tool => (IReadOnlyList<string>)[SafeText.Line(tool.Server), SafeText.Line(tool.ExposedName ?? tool.Name), SafeText.Line(tool.Description, LongestDescription)]));
    }

    private static string Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        using var text = new StringWriter { NewLine = "\n" };
        TextTable.Write(text, headers, rows);
        return text.ToString().TrimEnd('\n');
    }
}

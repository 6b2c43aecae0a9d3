using Steward.EndToEnd.Running;

namespace Steward.EndToEnd.Matrix;

/// <summary>A server that listens on a port of its own and says on which.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly LineProcess _process;

    private WebServer(LineProcess process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>The C# fixture, which has the transports <c>mcp</c>, <c>sse</c> and <c>ws</c>.</summary>
    public static Task<WebServer> FixtureAsync(string era, CancellationToken cancellationToken) =>
        StartAsync(Repository.TestServerProgram, ["--era", era, "--transport", "web"], cancellationToken);

    /// <summary>A server of <c>tests/peers/servers</c>.</summary>
    public static Task<WebServer> TypeScriptAsync(string script, CancellationToken cancellationToken, params string[] arguments) =>
        StartAsync(Repository.Node, [Repository.OwnPeerServer(script), "web", .. arguments], cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _process.CloseInput();
        await _process.DisposeAsync();
    }

    private static async Task<WebServer> StartAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var process = LineProcess.Start(program, arguments);
        try
        {
            return new(process, new(await process.Output.AtAsync(0, cancellationToken)));
        }
        catch (InvalidOperationException error)
        {
            var said = string.Join('\n', process.Errors.Items);
            await process.DisposeAsync();
            throw new InvalidOperationException($"{program} did not start: {said}", error);
        }
    }
}

using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;
using Steward.Upstreams;
using Steward.Wire;

namespace Steward.Testing;

/// <summary>One connection with a server in memory, and the server at the other end of it: both end together.</summary>
internal sealed class InMemoryLink : ILink
{
    // A tool of the test that neither ends nor heeds its token cannot be killed; it is left behind.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Pipe _requests = new(); // they hold back whoever writes more than 64 KiB ahead
    private readonly Pipe _answers = new();
    private readonly StdioLink _link;
    private readonly CancellationTokenSource _ending = new();
    private readonly Action<InMemoryLink> _ended;
    private readonly Task _serving;

    public InMemoryLink(McpServerOptions options, ILoggerFactory loggers, Action<InMemoryLink> ended)
    {
        _ended = ended;
        _link = new StdioLink(_requests.Writer.AsStream(), _answers.Reader.AsStream());
        var transport = new StreamServerTransport(_requests.Reader.AsStream(), _answers.Writer.AsStream(), loggerFactory: loggers);
        _serving = ServeAsync(McpServer.Create(transport, options, loggers));
    }

    public Task<string> Closed => _link.Closed;

    public void Start(ILinkReceiver receiver) => _link.Start(receiver);

    public ValueTask SendAsync(ReadOnlySpan<byte> message, scoped in FrameEdits edits, PendingCall? call) => _link.SendAsync(message, edits, call);

    /// <summary>Ends what the server can say, at once, as the death of a process does.</summary>
    public void Break() => _answers.Writer.Complete();

    public async ValueTask DisposeAsync()
    {
        _ended(this);
        Break(); // a read under way ends by it
        await _link.DisposeAsync().ConfigureAwait(false);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _serving.WaitAsync(Patience, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Speaks until the requests end or the link does.</summary>
    private async Task ServeAsync(McpServer server)
    {
        await using (server.ConfigureAwait(false))
        {
            await server.RunAsync(_ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // a crash has it write where nobody reads
        }

        await _answers.Writer.CompleteAsync().ConfigureAwait(false);
    }
}

using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Steward.TestServer.Fixture;

/// <summary>
/// A well-behaved server on the official SDK: everything that the official conformance suite asks a server for, and the
/// tools that our own tests need. It speaks the revisions of one era, or of both.
/// </summary>
internal sealed class FixtureServer
{
    private readonly FixtureEra _era;
    private readonly FixtureState _state;

    public FixtureServer(FixtureEra era, FixtureState state) => (_era, _state) = (era, state);

    public static async Task<int> RunAsync(ModeOptions options)
    {
        var era = Enum.Parse<FixtureEra>(options.Text("era", "legacy"), ignoreCase: true);
        if (options.Text("transport", "stdio") != "stdio")
            return await Web.FixtureWeb.RunAsync(era);

        await using var transport = new StdioServerTransport("steward-test-server");
        await new FixtureServer(era, new()).ServeAsync(transport, CancellationToken.None);
        return 0;
    }

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(ITransport transport, CancellationToken cancellationToken)
    {
        await using var gated = new GatedTransport(transport, new EraGate(_era));
        await ServeUngatedAsync(gated, cancellationToken);
    }

    /// <summary>Serves one connection whose messages passed the gate of the era already.</summary>
    public async Task ServeUngatedAsync(ITransport transport, CancellationToken cancellationToken)
    {
        var session = new FixtureSession();
        await using var server = McpServer.Create(transport, Options(session));
        session.Attach(server);
        if (_era != FixtureEra.Modern)
            _state.Listen(session, session.TellAsync);
        try
        {
            await server.RunAsync(cancellationToken);
        }
        finally
        {
            _state.Forget(session);
        }
    }

    private McpServerOptions Options(FixtureSession session) => new()
    {
        ServerInfo = new() { Name = "steward-test-server", Version = "1.0.0" },
        ServerInstructions = "A fixture for tests.",
        ProtocolVersion = _era == FixtureEra.Modern ? EraGate.ModernRevision : null,
        Capabilities = new()
        {
            Tools = new() { ListChanged = true },
            Prompts = new() { ListChanged = true },
            Resources = new() { ListChanged = true, Subscribe = true },
            Completions = new(),
#pragma warning disable MCP9005 // Logging is obsolete in revision 2026-07-28 only; the suite tests it at 2025-11-25.
            Logging = new(),
#pragma warning restore MCP9005
        },
        Handlers = FixtureHandlers.Of(_state, session),
        Filters = { Message = { OutgoingFilters = { LifeTools.WithArrays } } },
    };
}

using Steward.Bench.Sessions;
using Steward.Bench.Upstream;

namespace Steward.Bench.Targets;

/// <summary>No gateway: each session is a child of its own on two pipes.</summary>
internal sealed class DirectTarget : Target
{
    private UpstreamCommand? _server;

    internal override string Name => "direct";

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override Task StartAsync(IReadOnlyList<UpstreamCommand> servers, CancellationToken cancellationToken)
    {
        _server = servers[0];
        return Task.CompletedTask;
    }

    internal override McpSession OpenSession() => new PipeSession(_server!.Command, _server.Arguments);
}

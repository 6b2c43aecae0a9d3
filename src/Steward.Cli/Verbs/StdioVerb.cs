using System.CommandLine;
using Steward.Cli.Output;
using Steward.Cli.Signals;
using Steward.Cli.Stdio;
using Steward.Configuration;
using Steward.Gateway;
using Steward.Server;
using Steward.Server.Daemon;

namespace Steward.Cli.Verbs;

/// <summary><c>steward stdio [--server ID | --group NAME]</c>: an MCP server on standard input and output, for clients that launch a command.</summary>
internal sealed class StdioVerb : Verb
{
    private readonly Option<string?> _server = new("--server") { Description = "Only this server, its names untouched. Default: all as one", HelpName = "ID" };

    private readonly Option<string?> _group = new("--group") { Description = "Only this group of servers", HelpName = "NAME" };

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "The configuration file, where no daemon runs. Default: $STEWARD_CONFIG, else steward.json, else mcp.json in this folder, if any",
        HelpName = "FILE",
    };

    public StdioVerb(CliContext context)
        : base(context, "stdio", "Be an MCP server on standard input and output: attach to the daemon, or run the servers here")
    {
        Options.Add(_server);
        Options.Add(_group);
        Options.Add(_config);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward stdio", "all servers of the running daemon"),
        ("steward stdio --server memory", "one server, its names untouched"),
        ("steward stdio --group research", "the servers and tools of a group"),
        ("steward stdio --config ~/mcp.json", "where no daemon runs: the servers of this file and of the registry, as long as the client stays"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        using var output = new StdioOutput(Context.OpenOutput());
        var input = new StdioInput(Context.OpenInput());
        var data = Context.FindData(arguments.GetValue(CommonOptions.Data));
        var target = TargetOf(arguments);
        try
        {
            if (await RegistrySnapshot.ReadAsync(data, Context.Time, stop.Token) is not { } registry)
            {
                await new DaemonBridge(end => DaemonSocket.ConnectAsync(data, target, end), output, Context.Error, Context.Time).ServeAsync(input, stop.Token);
                return ExitCodes.Success;
            }

            var code = await ServeHereAsync(arguments, registry, input, output, stop.Token, signals.Force);
            return signals.Force.IsCancellationRequested ? ExitCodes.Interrupted : code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Success; // clients that launch a command end it by a signal, too
        }
        catch (IOException)
        {
            return ExitCodes.Failure; // nobody reads the output any more
        }
    }

    private async Task<int> ServeHereAsync(ParseResult arguments, RegistrySnapshot registry, StdioInput input, StdioOutput output, CancellationToken stop, CancellationToken force)
    {
        SoloHost host;
        try
        {
            host = SoloHost.Start(Load(arguments, registry), registry.Content, Context.FindData(arguments.GetValue(CommonOptions.Data)), Context.Time);
        }
        catch (Exception error) when (error is CliException or IOException or UnauthorizedAccessException or VariableException)
        {
            Context.Error.WriteLine($"steward: {error.Message}");
            await DeadEnd.ServeAsync(input, output, error.Message, stop);
            return error is CliException cli ? cli.ExitCode : ExitCodes.Failure;
        }

        await using (host)
        {
            var target = TargetOf(arguments);
            using var channel = await host.ConnectAsync(target);
            if (channel is null)
            {
                var complaint = $"The configuration has no {SafeText.Line(target.ToString())} for clients.";
                Context.Error.WriteLine($"steward: {complaint}");
                await DeadEnd.ServeAsync(input, output, complaint, stop);
                return ExitCodes.Unknown;
            }

            await SoloClient.ServeAsync(input, output, channel, Context.Time, stop);
            channel.Close("its client went away");
            await host.StopAsync(force);
            return ExitCodes.Success;
        }
    }

    private GatewayTarget TargetOf(ParseResult arguments) => (arguments.GetValue(_server), arguments.GetValue(_group)) switch
    {
        (null, null) => GatewayTarget.All,
        ({ } server, null) => new(GatewayTargetKind.Server, server),
        (null, { } group) => new(GatewayTargetKind.Group, group),
        _ => throw new CliException(ExitCodes.Usage, "--server and --group exclude each other: give one of them."),
    };

    private StewardConfig Load(ParseResult arguments, RegistrySnapshot registry)
    {
        if (registry.Problem is { } problem)
            Context.Error.WriteLine($"steward: warning: servers that were added or imported are not served: {SafeText.Line(problem)}");
        foreach (var unreadable in registry.Content.Unreadable)
            Context.Error.WriteLine($"steward: warning: {SafeText.Line(unreadable.Id)} is not served: {SafeText.Line(unreadable.Problem)}");
        if (ConfigFile.Find(arguments.GetValue(_config) ?? Context.ConfigVariable, Context.WorkingDirectory) is not { } file)
        {
            return registry.Content.Servers.Count > 0
                ? new StewardConfig { Servers = [] }
                : throw new CliException(ExitCodes.Usage, $"No daemon is running, {(registry.Problem is null ? "no server was added" : "the registry cannot be read")}, and there is no steward.json and no mcp.json in {Context.WorkingDirectory}. Start 'steward up', or name a file with --config.");
        }

        try
        {
            var config = ConfigFile.Load(Path.GetFullPath(file, Context.WorkingDirectory));
            foreach (var warning in config.Warnings)
                Context.Error.WriteLine($"steward: warning: {SafeText.Line(warning.ToString())}");
            return config;
        }
        catch (ConfigException unusable)
        {
            throw new CliException(ExitCodes.Usage, ProblemText.Of(unusable), unusable);
        }
    }
}

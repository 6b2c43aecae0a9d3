using System.CommandLine;
using Steward.Cli.Import;
using Steward.Cli.Output;
using Steward.Cli.Signals;
using Steward.Cli.Up;
using Steward.Configuration;
using Steward.Registry;
using Steward.Server;
using Steward.Server.Daemon;

namespace Steward.Cli.Verbs;

/// <summary><c>steward up</c>: the daemon itself.</summary>
internal sealed class UpVerb : Verb
{
    private const string ListenVariable = "STEWARD_LISTEN";

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "The configuration file. Default: $STEWARD_CONFIG, else steward.json, else mcp.json in this folder, else a sample of four servers",
        HelpName = "FILE",
    };

    private readonly Option<string?> _listen = new("--listen") { Description = "The address to listen on, instead of the one in the file. Default: $STEWARD_LISTEN, else the file's, else http://127.0.0.1:7420", HelpName = "URL" };
    private readonly Option<bool> _noReload = new("--no-reload") { Description = "Do not follow the configuration file as it changes; 'steward apply' and SIGHUP still read it" };
    private readonly Option<bool> _plain = new("--plain") { Description = "Write lines instead of a table, as when the output is no terminal" };

    public UpVerb(CliContext context)
        : base(context, "up", "Run the servers of a configuration and serve them, until Ctrl-C or 'steward down'")
    {
        Options.Add(_config);
        Options.Add(_listen);
        Options.Add(_noReload);
        Options.Add(_plain);
        Options.Add(Json);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward up", "the servers of ./steward.json or ./mcp.json, else a sample"),
        ("steward up --config ~/mcp.json --listen http://127.0.0.1:8080", "another file, another port"),
        ("steward up --no-reload", "a later change of the file waits for 'steward apply'"),
        ("steward up --plain > steward.log &", "in the background; 'steward down' stops it"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals { Reload = static () => { } }; // until it is up, the file is about to be read anyway
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        try
        {
            await using var host = await StartAsync(await LoadAsync(arguments, stop.Token), stop.Token);
            signals.Reload = () => _ = host.ReloadAsync(); // never faults: what comes of it is told and logged
            var display = CreateDisplay(arguments);
            using var keys = display is LiveDisplay ? Context.OpenKeys() : null;
            using var unheard = new CancellationTokenSource();
            var hearing = HearAsync(host, display, keys, signals, unheard.Token);
            await ServeAsync(host, display, stop.Token, signals.Force);
            await unheard.CancelAsync();
            await hearing;
            return signals.Force.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Success;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted; // stopped before it was up
        }
    }

    private static async Task ServeAsync(StewardHost host, IUpDisplay display, CancellationToken stop, CancellationToken force)
    {
        Show(() => display.Listening(host));
        host.ConfigurationTold = display.Notice;
        using var end = new CancellationTokenSource();
        var showing = ShowAsync(display, host, end.Token);
        await host.StopRequested.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Show(display.Stopping);
        await host.StopAsync(force);
        await end.CancelAsync();
        await showing;
    }

    private Task HearAsync(StewardHost host, IUpDisplay display, TerminalKeys? keys, StopSignals signals, CancellationToken end)
    {
        if (keys is null || display is not LiveDisplay live)
            return Task.CompletedTask;
        live.ShowKeys();
        return new UpConsole(host, live.Print, signals.Request, Context.Time).RunAsync(keys.ReadAsync(Context.Time, end));
    }

    private static async Task ShowAsync(IUpDisplay display, StewardHost host, CancellationToken end)
    {
        try
        {
            await display.ShowAsync(host.Manager, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // All is shown.
        }
        catch (Exception unwritable) when (RefusedWrite.Is(unwritable))
        {
            // Nobody reads the output any more, or its disk is full; the servers have other users.
        }
    }

    private static void Show(Action show)
    {
        try
        {
            show();
        }
        catch (Exception unwritable) when (RefusedWrite.Is(unwritable))
        {
            // As above.
        }
    }

    private IUpDisplay CreateDisplay(ParseResult arguments) =>
        arguments.GetValue(Json) ? new JsonDisplay(Context)
        : arguments.GetValue(_plain) || !Context.IsTerminal ? new PlainDisplay(Context)
        : new LiveDisplay(Context);

    private async Task<StewardHostOptions> LoadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var file = ConfigFile.Find(arguments.GetValue(_config) ?? Context.ConfigVariable, Context.WorkingDirectory);
        if (file is null && await ServerBooks.AnyRegisteredAsync(Context, Context.FindData(arguments.GetValue(CommonOptions.Data)), cancellationToken))
        {
            Context.Error.WriteLine("steward: no steward.json or mcp.json here; running the servers that were added or imported");
            return OptionsOf(new StewardConfig { Servers = [] }, null, arguments);
        }

        if (file is null)
        {
            var sample = QuickstartSample.Find(Context)
                ?? throw new CliException(ExitCodes.Usage, $"There is no steward.json and no mcp.json in {Context.WorkingDirectory}. Write one (docs/configuration.md shows how), name a file with --config, add a server with 'steward add', or take over those of your MCP clients with 'steward import'.");
            await sample.InstallAsync(Context, cancellationToken);
            file = sample.ConfigFile;
            Context.Error.WriteLine($"steward: no steward.json or mcp.json here; running the sample {file}");
        }

        try
        {
            var full = Path.GetFullPath(file, Context.WorkingDirectory);
            var config = ConfigFile.Load(full);
            foreach (var warning in config.Warnings)
                Context.Error.WriteLine($"steward: warning: {SafeText.Line(warning.ToString())}");
            return OptionsOf(config, full, arguments);
        }
        catch (ConfigException unusable)
        {
            throw new CliException(ExitCodes.Usage, ProblemText.Of(unusable), unusable);
        }
    }

    private StewardHostOptions OptionsOf(StewardConfig config, string? file, ParseResult arguments)
    {
        return new StewardHostOptions
        {
            Config = Listening(config),
            ConfigFile = file,
            FollowsConfigFile = !arguments.GetValue(_noReload),
            OverrideConfig = Listening,
            Data = Context.FindData(arguments.GetValue(CommonOptions.Data)),
        };

        StewardConfig Listening(StewardConfig config) =>
            arguments.GetValue(_listen) is { } listen ? config with { Gateway = config.Gateway.ListeningOn(listen, "--listen") }
            : Context.Variables(ListenVariable) is { Length: > 0 } variable ? config with { Gateway = config.Gateway.ListeningOn(variable, ListenVariable) }
            : config;
    }

    private static async Task<StewardHost> StartAsync(StewardHostOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await StewardHost.StartAsync(options, cancellationToken);
        }
        catch (DaemonRunningException running)
        {
            throw new CliException(ExitCodes.Failure, running.Message, running);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or NewerRegistryException)
        {
            throw new CliException(ExitCodes.Failure, error.Message, error);
        }
    }
}

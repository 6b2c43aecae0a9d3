using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Steward.Cli.Discover;
using Steward.Discovery;

namespace Steward.Cli.Verbs;

/// <summary><c>steward discover [QUERY]</c></summary>
internal sealed class DiscoverVerb : Verb
{
    private readonly Argument<string[]> _query = new("QUERY") { Description = "Only servers that have all these words. With it, the MCP registry is searched as well", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _sources = new("--source", "-s") { Description = "Ask only this source; may be given again: clients, path, npm, uv, dotnet, registry, github:ORG/REPOSITORY[/FOLDER]", HelpName = "NAME" };
    private readonly Option<bool> _refresh = new("--refresh") { Description = "Ask anew where a remembered answer would still do" };
    private readonly Option<bool> _all = new("--all") { Description = "Show everything: what is deprecated, and lists of any length" };

    public DiscoverVerb(CliContext context)
        : base(context, "discover", "Find MCP servers that could be added; nothing is added or started")
    {
        Arguments.Add(NoOption(_query));
        Options.Add(_sources);
        Options.Add(_refresh);
        Options.Add(_all);
        Options.Add(Json);
    }

    public override IReadOnlyList<(string Line, string Effect)> Examples { get; } =
    [
        ("steward discover", "what is installed on this machine"),
        ("steward discover postgres", "the same, and what the MCP registry has for that word"),
        ("steward discover --source github:acme/mcp-servers", "the definitions in the folder 'servers' of a repository, or in github:acme/mcp-servers/FOLDER"),
        ("steward discover --json | jq -r '.sources[].servers[] | select(.managedAs == null) | .id'", "what is not managed yet"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var desk = DiscoveryDesk.Open(Context, Context.FindData(arguments.GetValue(CommonOptions.Data)));
        var report = await desk.DiscoverAsync(
            new()
            {
                Query = arguments.GetValue(_query) is { Length: > 0 } words ? string.Join(' ', words) : null,
                Sources = arguments.GetValue(_sources) is { Length: > 0 } sources ? sources : null,
                Refresh = arguments.GetValue(_refresh),
            },
            cancellationToken);
        var managed = new ManagedMatch(await desk.ListManagedAsync(cancellationToken));
        if (arguments.GetValue(Json))
            Context.Out.WriteLine(JsonOf(report, desk.Discovery, managed));
        else
            new DiscoveryPage(Context, Context.CreateDiscoveryContext(), managed).Write(report, arguments.GetValue(_all));
        return report.Sources.All(source => source.State == SourceState.Failed) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static string JsonOf(DiscoveryReport report, ServerDiscovery discovery, ManagedMatch managed)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(utf8, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            DiscoveryJson.Write(json, report, discovery.IsRemote, managed.Find);
        return Encoding.UTF8.GetString(utf8.WrittenSpan);
    }
}

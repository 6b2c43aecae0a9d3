using System.CommandLine;

namespace Steward.Cli.Verbs;

/// <summary>Options of every verb.</summary>
internal static class CommonOptions
{
    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "The daemon's data directory. Default: $STEWARD_DATA, else $XDG_DATA_HOME/steward, else ~/.local/share/steward",
        HelpName = "DIR",
        Recursive = true,
    };
}

using System.CommandLine;
using System.CommandLine.Invocation;
using Steward.Server;

namespace Steward.Cli;

/// <summary>Prints the version.</summary>
internal sealed class VersionText : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(StewardHost.Version);
        return ExitCodes.Success;
    }
}

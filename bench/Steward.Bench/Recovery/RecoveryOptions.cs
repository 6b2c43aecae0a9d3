using System.Globalization;

namespace Steward.Bench.Recovery;

/// <summary>What bench/recovery was asked for.</summary>
/// <param name="Kills">How often each server is killed.</param>
/// <param name="Steward">The program under test.</param>
/// <param name="TestServer">The program of our own servers.</param>
/// <param name="Node">The program that runs other people's servers.</param>
/// <param name="Modules">Where those are installed.</param>
internal sealed record RecoveryOptions(int Kills, string Steward, string TestServer, string Node, string Modules)
{
    internal const string Usage = "bench/recovery [KILLS]";

    /// <summary>Reads <c>recovery KILLS STEWARD TEST_SERVER NODE MODULES</c>, as bench/recovery puts it together.</summary>
    internal static RecoveryOptions? Parse(IReadOnlyList<string> args) =>
        args is ["recovery", var kills, var steward, var testServer, var node, var modules] && int.TryParse(kills, CultureInfo.InvariantCulture, out var count) && count > 0
            ? new(count, Path.GetFullPath(steward), Path.GetFullPath(testServer), Path.GetFullPath(node), Path.GetFullPath(modules))
            : null;
}

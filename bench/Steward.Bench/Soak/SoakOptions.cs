using System.Globalization;

namespace Steward.Bench.Soak;

/// <summary>What bench/soak was asked for.</summary>
/// <param name="Duration">How long clients come and servers are killed.</param>
/// <param name="Seed">Of the dice.</param>
/// <param name="Steward">The program under test.</param>
/// <param name="TestServer">The program of our own servers.</param>
/// <param name="Node">The program that runs other people's servers.</param>
/// <param name="Modules">Where those are installed.</param>
internal sealed record SoakOptions(TimeSpan Duration, int Seed, string Steward, string TestServer, string Node, string Modules)
{
    internal const string Usage = "bench/soak MINUTES [SEED]";

    /// <summary>Reads <c>soak MINUTES SEED STEWARD TEST_SERVER NODE MODULES</c>, as bench/soak puts it together.</summary>
    internal static SoakOptions? Parse(IReadOnlyList<string> args) =>
        args is ["soak", var minutes, var seed, var steward, var testServer, var node, var modules]
        && double.TryParse(minutes, CultureInfo.InvariantCulture, out var time) && time > 0 && int.TryParse(seed, CultureInfo.InvariantCulture, out var dice)
            ? new(TimeSpan.FromMinutes(time), dice, Path.GetFullPath(steward), Path.GetFullPath(testServer), Path.GetFullPath(node), Path.GetFullPath(modules))
            : null;
}

using System.Text.Json.Nodes;

namespace Steward.Bench.Soak;

/// <summary>One server of the soak, and how a call tells whether the right one answered.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Entry">Its definition.</param>
/// <param name="Tool">The tool that clients call.</param>
/// <param name="Arguments">The arguments of a call with a number that no other call has.</param>
/// <param name="Expected">What the answer to that call must hold: a part that no other server's answer has, where the server lets one say so.</param>
internal sealed record SoakServer(string Id, JsonObject Entry, string Tool, Func<long, JsonObject> Arguments, Func<long, string> Expected)
{
    /// <summary>Whether it is expected to run whenever nobody has just killed it, and to answer each call rightly.</summary>
    internal bool IsSound { get; init; } = true;
}

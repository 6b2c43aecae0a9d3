using Steward.Bench.Upstream;

namespace Steward.Bench.Recovery;

/// <summary>A server that is killed, and what was seen of it.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Server">How it is started.</param>
/// <param name="Call">The parameters of a call.</param>
/// <param name="Expected">What its answer holds.</param>
internal sealed record Victim(string Name, UpstreamCommand Server, string Call, byte[] Expected)
{
    /// <summary>Milliseconds from the start of the program to its answer to <c>initialize</c>, with nothing between.</summary>
    internal List<double> OwnStarts { get; } = [];

    /// <summary>Milliseconds from the kill to the answer of a call.</summary>
    internal List<double> Recoveries { get; } = [];

    /// <summary>How many calls failed before that answer, in all.</summary>
    internal int FailedCalls { get; set; }

    /// <summary>How much longer callers wait than the server takes to start.</summary>
    internal double Overhead => Quantile(Recoveries, 0.5) - Quantile(OwnStarts, 0.5);

    internal void Forget()
    {
        OwnStarts.Clear();
        Recoveries.Clear();
        FailedCalls = 0;
    }

    internal static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Min((int)(sorted.Length * share), sorted.Length - 1)];
    }
}

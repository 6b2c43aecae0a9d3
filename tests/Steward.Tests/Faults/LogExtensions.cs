using Steward.Processes;
using Xunit;

namespace Steward.Tests.Faults;

internal static class LogExtensions
{
    /// <summary>Waits until a log has a line.</summary>
    public static async Task SaysAsync(this ServerLog log, string text)
    {
        await foreach (var line in log.ReadAsync(tail: int.MaxValue, follow: true, TestContext.Current.CancellationToken))
        {
            if (line.Text == text)
                return;
        }
    }
}

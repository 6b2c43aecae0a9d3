using Steward.Gateway;
using Xunit;

namespace Steward.Tests.Gateway;

public sealed class SessionMetaTests
{
    [Fact(Timeout = 30_000)]
    public async Task What_modern_servers_are_told_of_a_session_is_written_once_for_each_level()
    {
        await using var rig = await GatewayRig.StartAsync("a");
        using var client = await rig.OpenAsync();
        var session = Assert.Single(rig.Gateway.Sessions.All);
        var (plain, withTasks) = (session.ModernMeta, session.ModernMetaWithTasks);

        Assert.Same(plain, session.ModernMeta);
        Assert.Same(withTasks, session.ModernMetaWithTasks);
        Assert.DoesNotContain("extensions", System.Text.Encoding.UTF8.GetString(plain), StringComparison.Ordinal);
        Assert.Contains("extensions", System.Text.Encoding.UTF8.GetString(withTasks), StringComparison.Ordinal);

        session.LogLevel = LogSeverity.Error;
        Assert.Contains("\"error\"", System.Text.Encoding.UTF8.GetString(session.ModernMetaWithTasks), StringComparison.Ordinal);
        Assert.Contains("\"error\"", System.Text.Encoding.UTF8.GetString(session.ModernMeta), StringComparison.Ordinal);
    }
}

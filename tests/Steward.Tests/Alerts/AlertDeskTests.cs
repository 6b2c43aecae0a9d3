using Steward.Alerts;
using Steward.Configuration;
using Steward.Supervision;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Alerts;

/// <summary>Which changes are told, and when.</summary>
public sealed class AlertDeskTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<Alert> _sent = [];
    private readonly AlertDesk _desk;

    public AlertDeskTests() => _desk = new AlertDesk(new AlertsConfig { Webhook = "http://unused.example" }, (_, alert) => _sent.Add(alert), _time);

    private IEnumerable<string> Told => _sent.Select(alert => $"{alert.Status.Id} {alert.Word}");

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void That_a_server_starts_runs_and_is_stopped_is_told_nobody()
    {
        foreach (var state in new[] { ServerState.Stopped, ServerState.Starting, ServerState.Running, ServerState.Stopping, ServerState.Stopped, ServerState.Disabled })
            _desk.Take(Status(state));

        Assert.Empty(_sent);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void A_crash_is_told_at_once_and_that_all_is_well_when_the_interval_is_over()
    {
        Crash();
        Assert.Equal(["files crashed"], Told);
        Assert.Contains("exit code 3", _sent[0].Text, StringComparison.Ordinal);

        _desk.Take(Status(ServerState.Running));
        _time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        Assert.Single(_sent);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["files crashed", "files recovered"], Told);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void A_server_that_crashes_again_and_again_is_told_of_twice_a_minute_at_most_and_the_rest_is_counted()
    {
        for (var second = 0; second < 60; second++)
        {
            Crash();
            _desk.Take(Status(ServerState.Running));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["files crashed", "files recovered"], Told);
        Assert.Equal(118, _sent[1].Unsaid);
        Assert.Contains("(118 more changes since the last message)", _sent[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_again_as_it_was_told_before_the_interval_is_over_is_not_told_again()
    {
        Crash();
        _desk.Take(Status(ServerState.Running));
        Crash();
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(["files crashed"], Told);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void That_a_server_was_given_up_is_told_though_its_crash_was()
    {
        Crash();
        _desk.Take(Status(ServerState.FailedToStart));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["files crashed", "files failed"], Told);
        Assert.Contains("stays down until somebody starts it", _sent[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_server_has_an_interval_of_its_own()
    {
        Crash();
        Crash("memory");

        Assert.Equal(["files crashed", "memory crashed"], Told);
    }

    [Fact]
    public void A_server_that_somebody_stops_is_in_no_trouble_any_more()
    {
        Crash();
        _desk.Take(Status(ServerState.Stopped));
        _time.Advance(TimeSpan.FromMinutes(1));
        _desk.Take(Status(ServerState.Running));

        Assert.Equal(["files crashed"], Told);
        Crash();
        Assert.Equal(["files crashed", "files crashed"], Told);
    }

    [Fact]
    public void Illness_is_told_only_where_it_is_wanted()
    {
        _desk.Take(Status(ServerState.Running, ServerHealth.Degraded));
        Assert.Empty(_sent);
        _desk.Take(Status(ServerState.Running, ServerHealth.Unhealthy));
        Assert.Equal(["files unhealthy"], Told);

        _desk.Change(new AlertsConfig { On = [AlertKind.Degraded], MinInterval = TimeSpan.Zero });
        _desk.Take(Status(ServerState.Running));
        _desk.Take(Status(ServerState.Running, ServerHealth.Degraded));
        Assert.Equal(["files unhealthy", "files degraded"], Told);
    }

    [Fact]
    public void What_waits_to_be_told_is_dropped_where_it_is_not_so_any_more()
    {
        _desk.Change(new AlertsConfig { Webhook = "http://unused.example", On = [AlertKind.Crashed, AlertKind.Recovered] });
        Crash();
        _desk.Take(Status(ServerState.Running));
        _time.Advance(TimeSpan.FromMinutes(1));
        Crash();

        _desk.Take(Status(ServerState.FailedToStart) with { IsGivenUp = true });
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["files crashed", "files recovered"], Told);
        Assert.Equal(0, _time.ArmedTimers);
    }

    private void Crash(string id = "files") => _desk.Take(Status(ServerState.Restarting, id: id) with { ConsecutiveFailures = 1, LastError = "exit code 3" });

    private ServerStatus Status(ServerState state, ServerHealth health = ServerHealth.Unknown, string id = "files") =>
        new() { Id = id, State = state, Since = _time.GetUtcNow(), Health = health };
}

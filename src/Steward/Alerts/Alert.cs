using Steward.Configuration;
using Steward.Configuration.Sections;
using Steward.Supervision;
using Steward.Wire;

namespace Steward.Alerts;

/// <summary>One message to the operator about one server.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Status">The server as it was then.</param>
/// <param name="At">When.</param>
/// <param name="Unsaid">How many changes were not told one by one since the last alert about the server.</param>
internal sealed record Alert(AlertKind Kind, ServerStatus Status, DateTimeOffset At, int Unsaid)
{
    public string Word => AlertWords.Of(Kind);

    /// <summary>One line for people.</summary>
    public string Text => $"{Status.Name ?? Status.Id}: {Words}{(Unsaid == 0 ? "" : $" ({Unsaid} more change{(Unsaid == 1 ? "" : "s")} since the last message)")}";

    private string Words => Kind switch
    {
        AlertKind.Crashed => $"{Reason}; it will be started again{(Status.NextRetryAt is { } due ? $" at {due:u}" : "")}",
        AlertKind.Failed => $"{Reason}; it stays down until somebody starts it (steward start {Status.Id})",
        AlertKind.Unhealthy => $"it runs, but is unhealthy: {Reason}",
        AlertKind.Degraded => $"it runs, but is degraded: {Reason}",
        _ => "it runs and is well again",
    };

    /// <summary>Of one that runs, what is wrong with it now says more than what went wrong last.</summary>
    private string? Error => Status.HealthReason ?? Status.LastError;

    private string Reason => Error ?? "it gave no reason";

    /// <summary>The message for programs. <c>text</c> is what chat services show.</summary>
    public byte[] ToJson() => JsonRpcWriter.Object(json =>
    {
        json.WriteString("text"u8, Text);
        json.WriteString("alert"u8, Word);
        json.WriteString("server"u8, Status.Id);
        json.WriteString("name"u8, Status.Name ?? Status.Id);
        json.WriteString("state"u8, Status.State.ToString());
        json.WriteString("health"u8, Status.Health.ToString());
        json.WriteString("at"u8, At);
        if (Kind != AlertKind.Recovered && Error is { } error)
            json.WriteString("error"u8, error);
        json.WriteNumber("consecutiveFailures"u8, Status.ConsecutiveFailures);
        json.WriteNumber("restarts"u8, Status.Restarts);
        if (Status.NextRetryAt is { } due)
            json.WriteString("nextRetryAt"u8, due);
        json.WriteNumber("unsaid"u8, Unsaid);
    });
}

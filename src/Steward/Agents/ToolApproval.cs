namespace Steward.Agents;

/// <summary>Whether a call may be made.</summary>
public sealed record ToolApproval
{
    private ToolApproval(bool isAllowed, string? reason) => (IsAllowed, Reason) = (isAllowed, reason);

    /// <summary>The call may be made.</summary>
    public static ToolApproval Allow { get; } = new(true, null);

    /// <summary>Lets every call pass. For <see cref="ServerToolOptions.Approve"/> of a program whose servers and whose model are trusted.</summary>
    public static Func<ToolApprovalRequest, CancellationToken, ValueTask<ToolApproval>> Always { get; } = static (_, _) => new(Allow);

    /// <summary>Whether the call may be made.</summary>
    public bool IsAllowed { get; }

    /// <summary>Why not: for the model, which reads it.</summary>
    public string? Reason { get; }

    /// <summary>The call is not made, and the model is told so.</summary>
    /// <param name="reason">Why: for the model, which reads it.</param>
    public static ToolApproval Deny(string? reason = null) => new(false, reason);
}

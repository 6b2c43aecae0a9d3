namespace Steward.Clients;

/// <summary>Runs what belongs to a call as if the caller had called it: with his asynchronous locals and his activity.</summary>
internal static class CallFlow
{
    private static readonly AsyncLocal<object?> CurrentState = new();

    /// <summary>What the caller attaches to the calls that are made from here on. Flows with the code, as any asynchronous local does.</summary>
    public static object? State
    {
        get => CurrentState.Value;
        set => CurrentState.Value = value;
    }

    /// <summary>Begins something in the execution context of a call; where there is none, in that of here.</summary>
    public static TTask In<TTask>(ExecutionContext? context, Func<TTask> begin)
        where TTask : Task
    {
        if (context is null)
            return begin();
        TTask? begun = null;
        ExecutionContext.Run(context, _ => begun = begin(), null);
        return begun!;
    }
}

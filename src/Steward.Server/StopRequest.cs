namespace Steward.Server;

/// <summary>The wish that the host be stopped, from whoever has it to whoever owns the host.</summary>
internal sealed class StopRequest
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Made => _made.Task;

    public void Make() => _made.TrySetResult();
}

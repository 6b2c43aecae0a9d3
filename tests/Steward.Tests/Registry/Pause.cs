using Xunit;

namespace Steward.Tests.Registry;

/// <summary>A place at which an operation waits until the test lets it go on.</summary>
internal sealed class Pause
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the operation has come here.</summary>
    public Task Reached => _reached.Task.WaitAsync(TestContext.Current.CancellationToken);

    public Task WaitAsync()
    {
        _reached.TrySetResult();
        return _over.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    public void End() => _over.TrySetResult();

    /// <summary>The operation fails when it goes on.</summary>
    public void Fail(Exception failure) => _over.TrySetException(failure);
}

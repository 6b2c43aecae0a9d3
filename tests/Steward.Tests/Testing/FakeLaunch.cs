using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Tests.Testing;

/// <summary>One launch under way: the test decides how it ends.</summary>
internal sealed class FakeLaunch(FakeLauncher launcher, ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellation)
{
    private readonly TaskCompletionSource<IServerRun> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServerConfig Config => config;

    public IRunObserver Observer => observer;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Fires when what is left of a launch that was given up gets no more grace.</summary>
    public CancellationToken Force => force;

    /// <summary>Whether it goes on although it is given up, as a launch does that became ready at that very moment.</summary>
    public bool IgnoresCancellation { get; set; }

    public Task<IServerRun> Result => _result.Task;

    public FakeRun Succeed() => Succeed(_ => { });

    /// <summary>Makes the server ready; <paramref name="arrange"/> sees the run before supervision does.</summary>
    public FakeRun Succeed(Action<FakeRun> arrange) => TrySucceed(arrange) ?? throw new InvalidOperationException("The launch is over already.");

    /// <summary>Makes the server ready, unless the launch is over: given up, at its time-out or by a stop, beside the test.</summary>
    public FakeRun? TrySucceed(Action<FakeRun> arrange)
    {
        var run = new FakeRun(launcher, this);
        arrange(run);
        return _result.TrySetResult(run) ? run : null;
    }

    public void Fail(string reason, bool isPermanent = false) => Fail(new ServerLaunchException(reason, isPermanent));

    public void Fail(Exception failure) => _result.TrySetException(failure);

    public void Cancel() => _result.TrySetCanceled(cancellation);
}

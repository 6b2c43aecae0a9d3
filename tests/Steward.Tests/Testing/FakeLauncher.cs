using System.Collections.Concurrent;
using System.Threading.Channels;
using Steward.Configuration;
using Steward.Supervision;

namespace Steward.Tests.Testing;

/// <summary>
/// Launches what the test says, and counts what lives: a run counts from the call of the launcher until it is over, so that
/// two of one server at a time are noticed whoever starts them.
/// </summary>
internal sealed class FakeLauncher : IServerLauncher
{
    private readonly Channel<FakeLaunch> _launches = Channel.CreateUnbounded<FakeLaunch>();
    private readonly ConcurrentDictionary<string, int> _living = new(StringComparer.Ordinal);
    private int _count;
    private int _underWay;

    /// <summary>What is done with a launch as soon as it begins. Default: nothing, it hangs until the test ends it.</summary>
    public Action<FakeLaunch> OnLaunch { get; set; } = _ => { };

    /// <summary>The clock by which runs count their calls.</summary>
    public TimeProvider Time { get; set; } = new FakeTimeProvider();

    /// <summary>How many launches there were.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many launches are under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>The server of which more runs lived at one time than may, where there was one: two where one is to take the place of the other, else one.</summary>
    public string? LivedTwice { get; private set; }

    public int Living(string id) => _living.GetValueOrDefault(id);

    /// <summary>The next launch that nobody has taken yet; waits for it.</summary>
    public ValueTask<FakeLaunch> NextAsync(CancellationToken cancellationToken) => _launches.Reader.ReadAsync(cancellationToken);

    public bool TryNext(out FakeLaunch? launch) => _launches.Reader.TryRead(out launch);

    public async Task<IServerRun> LaunchAsync(ServerConfig config, IRunObserver observer, CancellationToken force, CancellationToken cancellationToken)
    {
        if (_living.AddOrUpdate(config.Id, 1, (_, living) => living + 1) > (config.Update == ServerUpdateMode.Beside ? 2 : 1))
            LivedTwice = config.Id;
        Interlocked.Increment(ref _count);
        Interlocked.Increment(ref _underWay);
        var launch = new FakeLaunch(this, config, observer, force, cancellationToken);
        try
        {
            OnLaunch(launch);
            _launches.Writer.TryWrite(launch);
            await using var registration = cancellationToken.Register(() =>
            {
                if (!launch.IgnoresCancellation)
                    launch.Cancel();
            });
            return await launch.Result;
        }
        catch
        {
            NoteOver(config.Id);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    internal void NoteOver(string id) => _living.AddOrUpdate(id, 0, (_, living) => living - 1);
}

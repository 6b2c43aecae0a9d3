using Steward.Tests.Processes;
using Xunit;

namespace Steward.Tests.Parity;

/// <summary>What none of the three could do, and no other test is about.</summary>
public sealed class FeatureTests : IAsyncDisposable
{
    private readonly ChildRig _rig = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("steward-parity-").FullName;

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_process_runs_in_the_folder_of_its_definition()
    {
        var child = await _rig.StartAsync(ChildRig.Spec("sh", ["-c", "pwd -P; exec cat"]) with { WorkingDirectory = _folder });

        Assert.Equal(_folder, await ChildRig.ReadLineAsync(child));
    }
}

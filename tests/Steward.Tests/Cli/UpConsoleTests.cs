using Steward.Cli.Up;
using Steward.Tests.Server;
using Xunit;

namespace Steward.Tests.Cli;

public sealed class UpConsoleTests
{
    private readonly List<string> _printed = [];
    private int _stops;

    [Fact(Timeout = 60_000)]
    public async Task Each_key_does_what_the_help_says()
    {
        await using var rig = await HostRig.StartRealAsync("echo");
        var console = new UpConsole(rig.Host, _printed.Add, () => _stops++, TimeProvider.System);
        await console.RunAsync("s T?h x\n".ToAsyncEnumerable());
        Assert.Equal((4, 0), (_printed.Count, _stops));
        await console.RunAsync("qQ".ToAsyncEnumerable());

        Assert.Equal((4, 2), (_printed.Count, _stops));
        Assert.Contains("files   Running", _printed[0], StringComparison.Ordinal);
        Assert.Matches("files +files__echo +Returns its text", _printed[1]);
        Assert.Equal([UpConsole.Help, UpConsole.Help], _printed[2..]);
        Assert.All("sthq", key => Assert.Contains($"{key}  ", UpConsole.Help, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_there_are_no_tools_that_is_said()
    {
        await using var rig = await HostRig.StartAsync();
        var console = new UpConsole(rig.Host, _printed.Add, () => _stops++, TimeProvider.System);

        await console.PressAsync('t');

        Assert.Equal(["No server that runs has tools."], _printed);
    }
}

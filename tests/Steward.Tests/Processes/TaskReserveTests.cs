using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

/// <summary>Control groups that may have so many processes and threads and no more, in files such as the kernel's.</summary>
public sealed class TaskReserveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory(Timeout = 10_000)]
    [InlineData("100", "68", null)]
    [InlineData("100", "69", 31)]
    [InlineData("100", "100", 0)]
    [InlineData("10", "12", 0)] // the limit was lowered
    [InlineData("max", "100000", null)]
    [InlineData(null, "5", null)] // the uppermost group has none
    [InlineData("100", null, null)]
    public async Task With_the_last_of_them_no_server_is_started(string? most, string? there, int? left)
    {
        var group = Directory.CreateDirectory(Path.Combine(_folder, "unit", "steward.self")).FullName;
        await WriteAsync("unit", most, there);
        await WriteAsync(Path.Combine("unit", "steward.self"), "max", "3");

        var problem = TaskReserve.Problem(group);

        if (left is null)
            Assert.Null(problem);
        else
            Assert.StartsWith($"of {most} processes and threads that the control group {Path.Combine(_folder, "unit")} may have, {left} are left", problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = 10_000)]
    public void The_groups_are_found_from_what_is_mounted()
    {
        string[] mounts =
        [
            "24 1 0:22 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
            "25 1 0:23 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids",
            "26 1 0:24 /docker/c1 /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
        ];

        Assert.Equal(["/sys/fs/cgroup/pids/a", "/sys/fs/cgroup/unified/sub"], TaskReserve.Find(["3:cpu:/x", "2:pids:/a", "0::/docker/c1/sub"], mounts));
        Assert.Empty(TaskReserve.Find(["0::/", "nonsense"], []));
    }

    private async Task WriteAsync(string group, string? most, string? there)
    {
        if (most is not null)
            await File.WriteAllTextAsync(Path.Combine(_folder, group, "pids.max"), most + "\n", TestContext.Current.CancellationToken);
        if (there is not null)
            await File.WriteAllTextAsync(Path.Combine(_folder, group, "pids.current"), there + "\n", TestContext.Current.CancellationToken);
    }
}

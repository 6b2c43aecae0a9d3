using Steward.Processes.Limits;

namespace Steward.Tests.Processes;

/// <summary>
/// A control group of this machine's real tree that is ours alone, as far as the machine gives us any: it may have no control groups, have
/// them for others, or have them without the controllers that keep limits.
/// </summary>
internal sealed class RealGroups : IDisposable
{
    private readonly string? _folder;

    public RealGroups()
    {
        var mounts = OperatingSystem.IsLinux() ? File.ReadAllLines("/proc/self/mountinfo") : [];
        var root = mounts.FirstOrDefault(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))?.Split(' ')[4];
        try
        {
            Delegation = root is null ? Delegation.None("no cgroup v2 is mounted") : ControlGroups.Open(_folder = Directory.CreateDirectory(Path.Combine(root, $"steward.tests.{Guid.NewGuid():N}")).FullName, []);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Delegation = Delegation.None(refused.Message);
        }
    }

    public Delegation Delegation { get; }

    /// <summary>Whether there are groups for runs.</summary>
    public bool HasGroups => Delegation.Groups is not null;

    public string Folder => HasGroups ? _folder! : throw new InvalidOperationException(Delegation.Why);

    /// <summary>The groups of runs that there are now.</summary>
    public IEnumerable<string> Runs => HasGroups ? Directory.GetDirectories(Folder, "steward-*").Select(Path.GetFileName).OfType<string>() : [];

    /// <summary>Why this machine keeps no limit that needs a controller; <see langword="null"/> where it does.</summary>
    public string? WhyNot(string controller) => Delegation.Groups is { } groups ? groups.WhyNot(controller) : Delegation.Why;

    public void Dispose()
    {
        if (_folder is null || !Directory.Exists(_folder))
            return;
        foreach (var below in Directory.GetDirectories(_folder))
            ControlGroup.Clear(below);
        ControlGroup.Clear(_folder);
    }
}

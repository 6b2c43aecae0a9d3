using System.ComponentModel;
using System.Diagnostics;
using Steward.Configuration;

namespace Steward.Processes.Limits;

/// <summary>Who keeps the limits of a run: the system as far as it can, then whoever measures, and for the rest nobody.</summary>
internal sealed class KeptLimits : IDisposable
{
    private readonly ServerLimits _limits;
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);
    private IConfinement? _confinement;
    private string _why = "this system has no means for it";

    private KeptLimits(ServerLimits limits) => _limits = limits;

    /// <summary>Prepares what is to keep them.</summary>
    /// <param name="spec">Whose limits they are. What is no server has none, and is nobody's to hold but its server's.</param>
    /// <param name="run">The run.</param>
    /// <param name="chain">What it is started through.</param>
    /// <param name="delegation">The control groups.</param>
    public static KeptLimits For(ProcessSpec spec, string run, LaunchChain chain, Delegation delegation)
    {
        var limits = new KeptLimits(spec.Limits);
        if (spec.Limits.MaxOpenFiles > 0 && chain.CanLimitFiles)
            limits._kept.Add(LimitKeys.Files);
        try
        {
            if (OperatingSystem.IsWindows())
                limits._confinement = WindowsJob.Create(spec.Limits);
            else if (delegation.Groups is null)
                limits._why = delegation.Why;
            else if (spec.IsServer)
                limits._confinement = delegation.Groups.Create(run, spec.Limits);
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            limits._why = refused.Message;
        }

        return limits;
    }

    /// <summary>The file to which the process is to write itself when it is started; null: there is none.</summary>
    public string? Entrance => _confinement?.Entrance;

    /// <summary>What the system does not keep, but can be seen.</summary>
    public ServerLimits Watched => new()
    {
        MemoryMb = _kept.Contains(LimitKeys.Memory) ? 0 : _limits.MemoryMb,
        MaxProcesses = _kept.Contains(LimitKeys.Processes) ? 0 : _limits.MaxProcesses,
    };

    /// <summary>The limits that the system does not keep, by their keys, and why.</summary>
    public IReadOnlyList<(string Key, string Why)> Missing =>
    [
        .. new[]
        {
            (Key: LimitKeys.Memory, Limit: _limits.MemoryMb),
            (Key: LimitKeys.Cpu, Limit: _limits.CpuPercent),
            (Key: LimitKeys.Processes, Limit: _limits.MaxProcesses),
            (Key: LimitKeys.Files, Limit: _limits.MaxOpenFiles),
        }.Where(limit => limit.Limit > 0 && !_kept.Contains(limit.Key)).Select(limit => (limit.Key, WhyNot(limit.Key))),
    ];

    /// <summary>Takes the process in, which was just started. Returns at once, and throws nothing.</summary>
    public void Add(Process process)
    {
        if (_confinement is null)
            return;
        try
        {
            _confinement.Add(process);
            _kept.UnionWith(_confinement.Keeps);
        }
        catch (Exception refused) when (IsRefusal(refused) || refused is InvalidOperationException)
        {
            _why = refused.Message; // whatever is in there is ended with the process all the same
        }
    }

    /// <summary>Which limit the system has ended it for, in words; null: for none.</summary>
    public string? Verdict() => _confinement?.Verdict();

    /// <summary>The limits that it came to and lives on with, in words.</summary>
    public IReadOnlyList<string> Reached() => _confinement?.Reached() ?? [];

    /// <summary>Ends all that is in them, at once.</summary>
    public void Kill() => _confinement?.Kill();

    /// <summary>Ends all that is in them, waits for that, and leaves nothing behind.</summary>
    /// <returns>How many processes were left.</returns>
    public int Clear() => _confinement?.Clear() ?? 0;

    public void Dispose() => _confinement?.Dispose();

    private string WhyNot(string key) => key switch
    {
        LimitKeys.Processes when OperatingSystem.IsLinux() => "the kernel counts threads as well",
        LimitKeys.Files when OperatingSystem.IsLinux() => "prlimit is not installed; it comes with util-linux",
        LimitKeys.Files => "this system has no means for it",
        _ => _confinement?.Refused.GetValueOrDefault(key) ?? _why,
    };

    private static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException or Win32Exception;
}

using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Steward.Processes;

/// <summary>
/// The variables by which every descendant of a run is recognised, wherever it moved: they are inherited by whatever does
/// not clear its environment.
/// </summary>
internal static class RunMarker
{
    public const string ServerVariable = "STEWARD_SERVER";
    public const string RunVariable = "STEWARD_RUN";

    /// <summary>The process that a stop command is run for; no marker.</summary>
    public const string ProcessVariable = "STEWARD_PID";

    private const int LargestEnvironment = 2 * 1024 * 1024;

    private static readonly byte[] Assignment = Encoding.ASCII.GetBytes(RunVariable + "=");

    /// <summary>A value that no other run has, on any machine.</summary>
    public static string NewRun() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>What definitions may refer to as <c>${env:NAME}</c> beside the environment: the same in the server and in its stop command.</summary>
    public static Dictionary<string, string> Variables(string serverId, string run) => new(StringComparer.Ordinal)
    {
        [ServerVariable] = serverId,
        [RunVariable] = run,
    };

    /// <summary>The run that a process carries in its environment; null when it carries none or does not let us look.</summary>
    public static string? Of(int processId)
    {
        var path = $"/proc/{processId}/environ";
        for (var size = 16 * 1024; ; size *= 4)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                var length = Posix.ReadFile(path, buffer);
                if (length < buffer.Length || size >= LargestEnvironment)
                    return length > 0 ? Find(buffer.AsSpan(0, length)) : null;
            }
            finally
            {
                // It held somebody's secrets.
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            }
        }
    }

    /// <summary>Whether a process shows no environment at all: it has none, or is in the middle of an exec.</summary>
    public static bool IsHidden(int processId)
    {
        Span<byte> first = stackalloc byte[1];
        return Posix.ReadFile($"/proc/{processId}/environ", first) == 0;
    }

    internal static string? Find(ReadOnlySpan<byte> environment)
    {
        while (!environment.IsEmpty)
        {
            var end = environment.IndexOf((byte)0);
            var variable = end < 0 ? environment : environment[..end];
            if (variable.StartsWith(Assignment))
                return Encoding.ASCII.GetString(variable[Assignment.Length..]);
            environment = end < 0 ? [] : environment[(end + 1)..];
        }

        return null;
    }
}

using System.Globalization;
using System.Text;

namespace Steward.Processes.Limits;

/// <summary>The files of a control group.</summary>
internal static class GroupFiles
{
    /// <summary>Lists the processes of a group; an id that is written to it moves there.</summary>
    public const string Processes = "cgroup.procs";

    /// <summary>Writes in one go, as the kernel wants it.</summary>
    public static void Write(string path, string text)
    {
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(text), 0);
    }

    /// <summary>The same, where it does not matter whether that works.</summary>
    /// <returns>Why it does not; null: it does.</returns>
    public static string? TryWrite(string path, string text)
    {
        try
        {
            if (!File.Exists(path))
                return $"{path} is not there";
            Write(path, text);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }
    }

    /// <summary>The figure of a name in a file of names and figures; 0 where it is not there.</summary>
    public static long Figure(string path, string name)
    {
        try
        {
            var line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }
}

namespace Steward.Cli.Signals;

/// <summary>The terminal that can send this process signals, wherever its output goes.</summary>
internal static class ControllingTerminal
{
    /// <summary>Whether there is one; not any more once it was closed.</summary>
    public static bool IsOpen()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

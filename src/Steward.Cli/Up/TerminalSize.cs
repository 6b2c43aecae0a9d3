using System.Runtime.InteropServices;

namespace Steward.Cli.Up;

/// <summary>
/// The size of the terminal, asked for anew each time. <see cref="Console"/> asks once and waits for SIGWINCH, which never
/// reaches the daemon: it lives in a session of its own.
/// </summary>
internal static unsafe partial class TerminalSize
{
    private const int StandardOutput = 1;
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ of Linux

    /// <summary>Columns and rows; null where they cannot be told.</summary>
    public static (int Width, int Height)? Read()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        WindowSize size;
        return Control(StandardOutput, GetWindowSize, &size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int file, nuint request, WindowSize* size);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct WindowSize
    {
        public readonly ushort Rows;
        public readonly ushort Columns;
        public readonly ushort PixelWidth;
        public readonly ushort PixelHeight;
    }
}

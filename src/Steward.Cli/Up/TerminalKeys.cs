using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Steward.Processes;

namespace Steward.Cli.Up;

/// <summary>
/// The keys that are pressed on the terminal of standard input, each as it is pressed. <see cref="Console"/> cannot be asked: the daemon lives
/// in a session of its own, where nothing keeps it from taking the keys that are meant for the shell when it was put into the
/// background. So it looks whether the angel, which the shell knows, is in the foreground; only then the terminal is its own.
/// </summary>
internal sealed partial class TerminalKeys : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200); // quick enough for people, and nothing for a processor

    private const char Escape = '\e';
    private const int StandardInput = 0;
    private const nuint GetAttributes = 0x5401; // TCGETS of Linux
    private const nuint SetAttributes = 0x5402; // TCSETS
    private const uint Canonical = 0x2;
    private const uint Echo = 0x8;
    private const int Time = 5;
    private const int Minimum = 6;

    private readonly Attributes _saved;
    private bool _isTaken;

    private unsafe TerminalKeys(Attributes saved)
    {
        // A daemon that was killed could not give the terminal back: then it is still as that one had it.
        saved.Local |= Canonical | Echo;
        saved.Characters[Minimum] = 1;
        _saved = saved;
    }

    /// <summary>The keys of standard input; <see langword="null"/> where that is no terminal, or the system is not known.</summary>
    public static TerminalKeys? Open() => OperatingSystem.IsLinux() && Read() is { } attributes ? new TerminalKeys(attributes) : null;

    /// <summary>Every key from now on, until it is cancelled or the terminal goes.</summary>
    public async IAsyncEnumerable<char> ReadAsync(TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await NextAsync(timer, cancellationToken))
        {
            foreach (var key in Pressed())
                yield return key;
        }
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Dispose()
    {
        if (!_isTaken || !IsInForeground())
            return; // the shell has it, and has set it as it likes
        Write(_saved);
        _isTaken = false;
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private unsafe string Pressed()
    {
        if (!IsInForeground() || !Take())
            return "";
        var buffer = stackalloc byte[64];
        var count = ReadBytes(StandardInput, buffer, 64); // nothing there is no reason to wait, see Take
        var keys = Encoding.ASCII.GetString(new ReadOnlySpan<byte>(buffer, (int)Math.Max(0, count)));
        return keys.IndexOf(Escape) is >= 0 and var at ? keys[..at] : keys; // an arrow is several characters, and none of them is meant
    }

    /// <summary>Has keys come as they are pressed, unseen. The shell may have set the terminal since.</summary>
    private unsafe bool Take()
    {
        if (Read() is not { } attributes)
            return false;
        if ((attributes.Local & (Canonical | Echo)) == 0 && attributes.Characters[Minimum] == 0)
            return _isTaken = true;
        attributes.Local &= ~(Canonical | Echo);
        attributes.Characters[Minimum] = 0;
        attributes.Characters[Time] = 0;
        return _isTaken = Write(attributes);
    }

    private static bool IsInForeground()
    {
        try
        {
            // After the name, which may hold anything: state, parent, group, session, terminal, the group in the foreground of the terminal.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{Angel.Id ?? Environment.ProcessId}/stat"));
            return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, var group, _, _, var foreground, ..] && group == foreground;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static unsafe Attributes? Read()
    {
        Attributes attributes;
        return Control(StandardInput, GetAttributes, &attributes) == 0 ? attributes : null;
    }

    private static unsafe bool Write(Attributes attributes) => Control(StandardInput, SetAttributes, &attributes) == 0;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Control(int file, nuint request, Attributes* attributes);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint ReadBytes(int file, byte* buffer, nint length);

    /// <summary>The kernel's <c>struct termios</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Attributes
    {
        public uint Input;
        public uint Output;
        public uint Control;
        public uint Local;
        public byte Line;
        public fixed byte Characters[19];
    }
}

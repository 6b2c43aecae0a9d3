using Steward.Processes;

namespace Steward;

/// <summary>Writes small files that only their owner may read and that nobody ever sees half-written.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a file in place, instead of the one that is there.</summary>
    /// <param name="path">Where.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="mode">Who may do what with it, where the file is not ours alone.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly) => Place(path, content, overwrite: true, mode);

    /// <summary>Puts a file in place unless there is one.</summary>
    /// <returns>Whether it was put there.</returns>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            Place(path, content, overwrite: false, OwnerOnly);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static void Place(string path, ReadOnlySpan<byte> content, bool overwrite, UnixFileMode mode)
    {
        var draft = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            // Elsewhere than on Windows File.Move looks for a file first and renames then: of two at a time the second would replace what the first has put there.
            if (!overwrite && !OperatingSystem.IsWindows() && Posix.TryLink(draft, path))
                File.Delete(draft);
            else
                File.Move(draft, path, overwrite);
        }
        catch (ArgumentOutOfRangeException tooLarge) // how .NET says that files may not grow so far
        {
            File.Delete(draft);
            throw new IOException(tooLarge.Message, tooLarge);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}

namespace Steward;

/// <summary>Writes small files that only their owner may read and that nobody ever sees half-written.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Puts a file in place, instead of the one that is there.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content) => Place(path, content, overwrite: true);

    /// <summary>Puts a file in place unless there is one.</summary>
    /// <returns>Whether it was put there.</returns>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            Place(path, content, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    private static void Place(string path, ReadOnlySpan<byte> content, bool overwrite)
    {
        var draft = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}

namespace Steward.Processes;

/// <summary>A file that only its owner may read, replaced when it is full: <c>x.log</c>, then <c>x.log.1</c>, <c>x.log.2</c>.</summary>
internal sealed class RotatedFile(string path, long maxBytes, int files) : IDisposable
{
    private FileStream? _stream;

    public string Path => path;

    /// <summary>Appends and hands the bytes to the system. Throws what the disk says; the next call starts afresh.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream ??= Open();
            if (_stream.Length > 0 && _stream.Length + bytes.Length > maxBytes)
                Rotate();
            _stream.Write(bytes);
            _stream.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw;
        }
        catch (ArgumentOutOfRangeException tooLarge) // how .NET says that files may not grow so far
        {
            Dispose();
            throw new IOException(tooLarge.Message, tooLarge);
        }
    }

    public void Dispose()
    {
        try
        {
            _stream?.Dispose();
        }
        catch (IOException)
        {
            // A full disk refuses the last bytes too; they were reported when they were written.
        }

        _stream = null;
    }

    private FileStream Open()
    {
        if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } directory)
            CreatePrivate(directory);

        var options = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void CreatePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Rotate()
    {
        Dispose();
        for (var age = files - 1; age > 0; age--)
        {
            var younger = age == 1 ? path : $"{path}.{age - 1}";
            if (File.Exists(younger))
                File.Move(younger, $"{path}.{age}", overwrite: true);
        }

        if (files <= 1)
            File.Delete(path);
        _stream = Open();
    }
}

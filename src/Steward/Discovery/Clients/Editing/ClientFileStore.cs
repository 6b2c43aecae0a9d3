using System.Globalization;
using System.Security.Cryptography;
using Steward.Configuration;

namespace Steward.Discovery.Clients.Editing;

/// <summary>Reads and writes the files of clients on the disk: at once or not at all, through links, and with the rights that they have.</summary>
internal static class ClientFileStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The content; null where there is no file.</summary>
    /// <exception cref="ClientFileException">There is one, and it cannot be read.</exception>
    public static byte[]? Read(string path)
    {
        try
        {
            return BoundedFile.ReadBytes(path, ClientDocument.MaxFileBytes);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ClientFileException($"{path} cannot be read: {error.Message.TrimEnd('.')}. Change its permissions, or move it away.", error);
        }
    }

    /// <summary>Writes the content. A new file is its owner's alone.</summary>
    /// <exception cref="ClientFileException">It cannot be written.</exception>
    public static void Write(string path, byte[] content)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Many people keep such files elsewhere, under version control, and have a link here.
            var target = new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : path;
            PrivateFile.Replace(target, content, !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : OwnerOnly);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ClientFileException($"{path} cannot be written: {error.Message.TrimEnd('.')}. Change the permissions of the file and of its folder.", error);
        }
    }

    /// <summary>Keeps a copy beside the file, for its owner alone.</summary>
    /// <returns>Where it is.</returns>
    /// <exception cref="ClientFileException">It cannot be written.</exception>
    public static string BackUp(string path, byte[] content, DateTimeOffset now)
    {
        try
        {
            var stem = string.Create(CultureInfo.InvariantCulture, $"{path}.steward-{now.UtcDateTime:yyyyMMdd-HHmmss}");
            for (var number = 1; ; number++)
            {
                var copy = number == 1 ? $"{stem}.bak" : $"{stem}-{number}.bak";
                if (PrivateFile.TryCreate(copy, content))
                    return copy;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ClientFileException($"No copy of {path} can be kept beside it: {error.Message.TrimEnd('.')}. Change the permissions of its folder.", error);
        }
    }

    /// <summary>The folders above a file that are not there yet, the outermost first.</summary>
    public static IReadOnlyList<string> MissingFolders(string path)
    {
        var missing = new List<string>();
        for (var folder = Path.GetDirectoryName(path); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
            missing.Insert(0, folder);
        return missing;
    }

    /// <summary>Removes folders, the innermost first, as long as they are empty.</summary>
    public static void RemoveEmpty(IReadOnlyList<string> folders)
    {
        foreach (var folder in folders.Reverse().TakeWhile(folder => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()))
            Directory.Delete(folder);
    }

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

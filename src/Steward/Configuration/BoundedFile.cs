using System.Text;

namespace Steward.Configuration;

/// <summary>Reads small files whole and refuses large ones, so that a wrong path (a log, a device) cannot fill the memory.</summary>
internal static class BoundedFile
{
    /// <exception cref="IOException">The file cannot be read or is larger than allowed.</exception>
    public static byte[] ReadBytes(string path, int maxBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            if (content.Length + read > maxBytes)
                throw new IOException($"The file is larger than {maxBytes / 1024 / 1024} MiB.");
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    /// <exception cref="IOException">The file cannot be read or is larger than allowed.</exception>
    public static string ReadText(string path, int maxBytes)
    {
        var bytes = ReadBytes(path, maxBytes).AsSpan();
        return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
    }
}

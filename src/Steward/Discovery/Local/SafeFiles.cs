using System.Text;
using System.Text.Json;
using Steward.Configuration;

namespace Steward.Discovery.Local;

/// <summary>Looks at files that anybody may have written, without failing: what is not there is nothing, what cannot be read is a problem.</summary>
internal sealed class SafeFiles
{
    private const int LargestFile = 4 * 1024 * 1024;
    private const int MostEntries = 20_000;

    private readonly List<string> _problems = [];

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The folders in a folder, by name.</summary>
    public IReadOnlyList<string> Folders(string folder) => List(folder, Directory.EnumerateDirectories);

    /// <summary>The files in a folder, by name.</summary>
    public IReadOnlyList<string> Files(string folder) => List(folder, Directory.EnumerateFiles);

    /// <summary>A file's text; null where there is none, or it cannot be read.</summary>
    public string? Text(string path) => Read(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>A file's JSON; null where there is none, or it cannot be read.</summary>
    public JsonElement? Json(string path)
    {
        if (Read(path) is not { } bytes)
            return null;
        try
        {
            var root = ForeignJson.Parse(bytes, out var damage);
            if (damage is not null)
                _problems.Add($"{path} holds text that is no valid Unicode, first at {damage}. What cannot be read is shown as \uFFFD. Mend it.");
            return root;
        }
        catch (JsonException error)
        {
            _problems.Add($"{path} is no JSON: line {error.LineNumber + 1}, position {error.BytePositionInLine + 1}. Mend or remove it.");
            return null;
        }
    }

    /// <summary>Where a link leads in the end; the path itself where it is no link, null where it leads nowhere.</summary>
    public static string? Target(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.LinkTarget is null)
                return info.Exists ? path : null;
            return info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.FullName : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private byte[]? Read(string path)
    {
        try
        {
            return File.Exists(path) ? BoundedFile.ReadBytes(path, LargestFile) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"{path} cannot be read: {error.Message.TrimEnd('.')}. Check its permissions.");
            return null;
        }
    }

    private IReadOnlyList<string> List(string folder, Func<string, IEnumerable<string>> enumerate)
    {
        try
        {
            return Directory.Exists(folder) ? [.. enumerate(folder).Take(MostEntries).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"{folder} cannot be listed: {error.Message.TrimEnd('.')}. Check its permissions.");
            return [];
        }
    }
}

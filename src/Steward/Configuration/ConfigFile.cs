using Steward.Configuration.Keys;
using Steward.Configuration.Parsing;
using Steward.Configuration.Sections;

namespace Steward.Configuration;

/// <summary>Reads configuration files: JSON with <c>mcpServers</c>, where comments and trailing commas are allowed.</summary>
public static class ConfigFile
{
    private const int MaxFileBytes = 16 * 1024 * 1024;

    private static readonly string[] DefaultNames = ["steward.json", "mcp.json"];

    /// <summary>
    /// The configuration file to use: the one that was asked for, else <c>steward.json</c>, else <c>mcp.json</c> in a
    /// folder. Null when nothing was asked for and neither is there.
    /// </summary>
    /// <param name="explicitPath">The file that was asked for. It need not exist: reading it says so.</param>
    /// <param name="directory">The folder in which to look.</param>
    public static string? Find(string? explicitPath, string directory) =>
        explicitPath ?? DefaultNames.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Reads a file. Relative paths in it count from its folder.</summary>
    /// <exception cref="ConfigException">The file cannot be read or used; every problem is listed.</exception>
    public static StewardConfig Load(string path) => Load(path, new VariableResolver());

    /// <summary>Reads a configuration from UTF-8 text.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="fileName">What problems call the text.</param>
    /// <param name="baseDirectory">The folder from which relative paths count.</param>
    /// <exception cref="ConfigException">The text cannot be used; every problem is listed.</exception>
    public static StewardConfig Parse(ReadOnlySpan<byte> utf8, string fileName, string baseDirectory) =>
        Parse(utf8, fileName, baseDirectory, new VariableResolver());

    /// <summary>Reads one server: an object as it stands under <c>mcpServers</c>.</summary>
    /// <param name="utf8">The object.</param>
    /// <param name="id">The server's id.</param>
    /// <param name="fileName">What problems call the text.</param>
    /// <param name="baseDirectory">The folder from which relative paths count.</param>
    /// <param name="checkReferences">
    /// Whether a reference that cannot be resolved now is a problem. Where it is not, such as for what was kept from an earlier day, the
    /// server says so when it is started.
    /// </param>
    /// <exception cref="ConfigException">The text or the id cannot be used; every problem is listed.</exception>
    public static ServerConfig ParseServer(ReadOnlySpan<byte> utf8, string id, string fileName, string baseDirectory, bool checkReferences = true)
    {
        var directory = Path.GetFullPath(baseDirectory);
        var reading = new ConfigReading(new SourceText(fileName, utf8), new VariableResolver(), directory, RootSection.Keys);
        if (TextRules.ServerId.Complain(id) is { } complaint)
            reading.Problem(0, "id", $"the id {Quote.Text(id)} {complaint}", TextRules.ServerId.Mend);
        var root = ConfigTree.Parse(reading);
        var value = root is null ? null : new ConfigValue(reading, root, KeyPath.Root, checkReferences);
        if (value is not null)
            DuplicateKeys.Report(value);
        var server = value is null ? null : ServerSection.Read(value, id, new ServerConfig { Id = "", BaseDirectory = directory });
        return server is not null && reading.Problems.Count == 0 ? server : throw new ConfigException(reading.Problems, reading.Warnings);
    }

    /// <summary>The text of a file; <see langword="null"/> where it cannot be read: <see cref="Load(string)"/> says why.</summary>
    internal static byte[]? TryRead(string path)
    {
        try
        {
            return BoundedFile.ReadBytes(path, MaxFileBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    internal static StewardConfig Load(string path, VariableResolver variables)
    {
        var full = Path.GetFullPath(path);
        byte[] bytes;
        try
        {
            bytes = BoundedFile.ReadBytes(full, MaxFileBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, full, error);
        }

        return Parse(bytes, path, Path.GetDirectoryName(full)!, variables);
    }

    internal static StewardConfig Parse(ReadOnlySpan<byte> utf8, string fileName, string baseDirectory, VariableResolver variables)
    {
        var reading = new ConfigReading(new SourceText(fileName, utf8), variables, Path.GetFullPath(baseDirectory), RootSection.Keys);
        var root = ConfigTree.Parse(reading);
        var config = root is null ? null : RootSection.Read(new ConfigValue(reading, root, KeyPath.Root));
        return config is not null && reading.Problems.Count == 0
            ? config with { Warnings = reading.Warnings }
            : throw new ConfigException(reading.Problems, reading.Warnings);
    }

    private static ConfigException Unreadable(string path, string full, Exception error)
    {
        var (message, mend) = error switch
        {
            _ when Directory.Exists(full) => ("is a folder", "Name a file in it."),
            FileNotFoundException or DirectoryNotFoundException => ("does not exist", "Create it, or name another file."),
            UnauthorizedAccessException => ("may not be read", "Change its permissions, or name another file."),
            _ => ($"cannot be read, or is larger than {MaxFileBytes / 1024 / 1024} MiB", "Name another file."),
        };
        return new([new(path, 1, 1, KeyPath.Root, $"the configuration file {full} {message}", mend)]);
    }
}

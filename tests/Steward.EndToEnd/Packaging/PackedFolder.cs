using System.IO.Compression;
using System.Xml.Linq;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Packaging;

/// <summary>
/// A folder with the packages of what was built, and for what uses them. Nothing is fetched: beside these packages there are only those
/// that the build itself needed. Nothing outside of the folder changes.
/// </summary>
internal sealed class PackedFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("steward-e2e-packed-").FullName;

    private PackedFolder() => Write("nuget.config", $"""
        <configuration>
          <packageSources><clear /><add key="packed" value="{Feed}" /></packageSources>
          <fallbackPackageFolders><clear /><add key="build" value="{PackagesOfBuild}" /></fallbackPackageFolders>
          <config><add key="globalPackagesFolder" value="{PathOf("packages")}" /></config>
        </configuration>
        """);

    public string Feed => PathOf("feed");

    /// <summary>The packages made, by their file names.</summary>
    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Feed).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <summary>The version that the build says.</summary>
    public static string Version { get; } = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    private static string PackagesOfBuild { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    // 'release' or 'debug', whichever the tests were built as.
    private static string Configuration { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>Packs what was built, without building it again.</summary>
    public static async Task<PackedFolder> OfAsync(string project)
    {
        var folder = new PackedFolder();
        Directory.CreateDirectory(folder.Feed);
        await folder.DotnetAsync("pack", Path.Combine(Repository.Root, "src", project), "-c", Configuration, "--no-build", "-o", folder.Feed);
        return folder;
    }

    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([_root, .. parts]);

    public string Write(string relative, string text)
    {
        var path = PathOf(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public ZipArchive Open(string file) => ZipFile.OpenRead(Path.Combine(Feed, file));

    /// <summary>Runs the SDK in the folder to its success. No server of the build stays behind.</summary>
    public async Task<string> DotnetAsync(params string[] arguments)
    {
        var result = await LineProcess.RunAsync("/bin/sh", ["-c", """cd "$0" && exec "$@" """, _root, Path.Combine(Repository.DotnetRoot, "dotnet"), .. arguments], SdkEnvironment, TestContext.Current.CancellationToken);
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)}:\n{result.Output}\n{result.Errors}");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Dictionary<string, string> SdkEnvironment => new()
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_HOME"] = _root,
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["MSBUILDTERMINALLOGGER"] = "off",
        ["UseSharedCompilation"] = "false",
        ["NuGetAudit"] = "false", // it would ask the network
    };
}

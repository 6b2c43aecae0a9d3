using System.Collections.Concurrent;
using Steward.Discovery;
using Steward.Tests.Testing;

namespace Steward.Tests.Discovery;

/// <summary>A made-up machine in a folder of one test: nothing of the real one is seen.</summary>
internal sealed class Machine : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("steward-machine-");

    public ConcurrentDictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public FakeTimeProvider Time { get; } = new();

    public string Root => _root.FullName;

    public string Home => Path.Combine(Root, "home", "me");

    public DiscoveryContext Context => new()
    {
        Home = Home,
        WorkingDirectory = Home,
        Variables = name => Variables.GetValueOrDefault(name),
        Platform = Platform,
        Root = Root,
        Time = Time,
        CreateHttpClient = static () => new HttpClient(new SocketsHttpHandler { UseProxy = false }),
    };

    public DiscoveryPlatform Platform { get; init; } = DiscoveryPlatform.Linux;

    /// <summary>Puts folders, relative to the root, on PATH.</summary>
    public void SetPath(params IEnumerable<string> folders) =>
        Variables["PATH"] = string.Join(Platform == DiscoveryPlatform.Windows ? ';' : ':', folders.Select(PathOf));

    public string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Writes a file.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string relative, string text = "")
    {
        var path = PathOf(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a program. Were it ever run, it would leave a trace.</summary>
    public string WriteProgram(string relative)
    {
        var path = Write(relative, $"#!/bin/sh\necho run > '{TraceFile}'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Whether a program of this machine has been run.</summary>
    public bool HasRun => File.Exists(TraceFile);

    private string TraceFile => PathOf("run");

    public void Dispose() => _root.Delete(recursive: true);
}

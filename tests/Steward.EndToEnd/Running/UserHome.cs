namespace Steward.EndToEnd.Running;

/// <summary>The home folder of somebody who uses Steward, with the programs that the pages of docs/ call.</summary>
internal sealed class UserHome : IAsyncDisposable
{
    private readonly ProcessCensus _census = new("STEWARD_END_TO_END_HOME", Guid.NewGuid().ToString("N"));

    public UserHome()
    {
        PeerNpx.WriteTo(Path.Combine(Folder, "bin"));
        File.CreateSymbolicLink(Path.Combine(Folder, "bin", "steward"), Repository.StewardProgram);
        Directory.CreateDirectory(Path.Combine(Folder, "notes"));
    }

    /// <summary>Whether pages are to be written anew in place of being compared.</summary>
    public static bool IsUpdate { get; } = System.Environment.GetEnvironmentVariable("STEWARD_UPDATE_DOCS") == "1";

    /// <summary>The daemon of this home, ended with it.</summary>
    public LineProcess? Daemon { get; set; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("steward-e2e-home-").FullName;

    public Dictionary<string, string> Environment => new()
    {
        ["HOME"] = Folder,
        ["PATH"] = $"{Folder}/bin:/usr/bin:/bin",
        ["XDG_CONFIG_HOME"] = "",
        ["XDG_DATA_HOME"] = "",
        ["STEWARD_DATA"] = "",
        ["STEWARD_HOME"] = "",
        ["DOTNET_ROOT"] = Repository.DotnetRoot,
        [_census.Variable] = _census.Value,
    };

    /// <summary>A command and its output as a page shows them.</summary>
    public static string Block(string command, IReadOnlyList<string> lines) => $"$ {command}\n{string.Concat(lines.Select(line => $"{line}\n"))}";

    public string Write(string relative, string text)
    {
        var path = Path.Combine(Folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <exception cref="InvalidOperationException">A program that was started in this home still runs. It is ended.</exception>
    public async ValueTask DisposeAsync()
    {
        var left = await Poll.ForAsync(_census.Living, living => living.Count == 0);
        foreach (var process in left)
            Signals.Send(process.Id, Signals.Kill);
        if (Daemon is not null)
            await Daemon.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        if (left.Count > 0)
            throw new InvalidOperationException($"left behind: {string.Join("; ", left)}");
    }
}

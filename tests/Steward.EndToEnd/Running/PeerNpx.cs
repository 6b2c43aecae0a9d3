namespace Steward.EndToEnd.Running;

/// <summary>An <c>npx</c> that runs the peers, so that nothing is fetched.</summary>
internal static class PeerNpx
{
    /// <summary>Writes it into a folder, which tests put into <c>PATH</c>.</summary>
    public static void WriteTo(string folder)
    {
        var peers = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.PeerServer("memory"))!, "../../.."));
        var npx = Path.Combine(Directory.CreateDirectory(folder).FullName, "npx");
        File.WriteAllText(npx, $"""
            #!/bin/sh
            shift
            package=$1
            shift
            exec '{Repository.Node}' '{peers}'/"$package"/dist/index.js "$@"
            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(npx, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

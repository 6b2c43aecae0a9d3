using Steward.Supervision;

namespace Steward.Processes;

/// <summary>
/// Finds the program that a command means, before anything is started: the launch chain would hide a missing one behind an
/// exit code, and the operator wants to know where it was looked for.
/// </summary>
internal static class CommandResolver
{
    private const int LongestInterpreter = 256;

    /// <summary>The full path of the program.</summary>
    /// <exception cref="ServerLaunchException">There is none, it may not be executed, or the working directory is missing.</exception>
    public static string Resolve(ProcessSpec spec)
    {
        if (!Directory.Exists(spec.WorkingDirectory))
        {
            var what = File.Exists(spec.WorkingDirectory) ? "is a file" : "does not exist";
            throw Failure(spec, $"the working directory '{spec.WorkingDirectory}' {what}. Create it, or correct 'cwd'.");
        }

        if (string.IsNullOrWhiteSpace(spec.Command))
            throw Failure(spec, "the command is empty. Set 'command'.");

        var path = HasFolder(spec.Command) ? AtPath(spec) : OnSearchPath(spec);
        CheckInterpreter(spec, path);
        return path;
    }

    private static bool HasFolder(string command) =>
        command.Contains('/', StringComparison.Ordinal) || (OperatingSystem.IsWindows() && command.Contains('\\', StringComparison.Ordinal));

    private static string AtPath(ProcessSpec spec)
    {
        var full = Path.GetFullPath(spec.Command, spec.WorkingDirectory);
        if (Candidates(full, spec).FirstOrDefault(IsProgram) is { } found)
            return found;
        if (Directory.Exists(full))
            throw Failure(spec, $"'{full}' is a directory. Name the program in it.");
        if (File.Exists(full))
            throw Failure(spec, $"'{full}' is not executable. Try: chmod +x '{full}'.");
        throw Failure(spec, $"'{full}' does not exist. Correct 'command'; a relative path is taken from '{spec.WorkingDirectory}'.");
    }

    private static string OnSearchPath(ProcessSpec spec)
    {
        var folders = (Variable(spec, "PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.GetFullPath(folder, spec.WorkingDirectory))
            .Distinct()
            .ToList();
        var candidates = folders.SelectMany(folder => Candidates(Path.Combine(folder, spec.Command), spec)).ToList();
        if (candidates.FirstOrDefault(IsProgram) is { } found)
            return found;

        if (folders.Count == 0)
            throw Failure(spec, $"'{spec.Command}' cannot be looked up: PATH is empty. Set PATH in 'env', or give the full path.");
        if (candidates.FirstOrDefault(File.Exists) is { } file)
            throw Failure(spec, $"'{file}' is not executable. Try: chmod +x '{file}'.");
        throw Failure(spec,
            $"'{spec.Command}' was not found on PATH. Install it, or give the full path. Searched: {string.Join(", ", folders)}.");
    }

    private static IEnumerable<string> Candidates(string path, ProcessSpec spec)
    {
        if (!OperatingSystem.IsWindows() || Path.HasExtension(path))
            return [path];

        var extensions = (Variable(spec, "PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").Split(';', StringSplitOptions.RemoveEmptyEntries);
        return extensions.Select(extension => path + extension);
    }

    private static bool IsProgram(string path) => File.Exists(path) && (OperatingSystem.IsWindows() || Posix.IsExecutable(path));

    private static string? Variable(ProcessSpec spec, string name) =>
        spec.Env.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name);

    /// <summary>The system reports a script without its interpreter as a script that does not exist, which helps nobody.</summary>
    private static void CheckInterpreter(ProcessSpec spec, string path)
    {
        if (OperatingSystem.IsWindows() || FirstLine(path) is not ['#', '!', .. var line])
            return;

        var interpreter = line.Trim().Split([' ', '\t'], 2)[0];
        if (interpreter.StartsWith('/') && !File.Exists(interpreter))
            throw Failure(spec, $"the first line of '{path}' asks for '{interpreter}', which does not exist. Install it, or correct that line.");
    }

    private static string? FirstLine(string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[LongestInterpreter];
            using var file = File.OpenHandle(path);
            start = start[..RandomAccess.Read(file, start, 0)];
            var end = start.IndexOf((byte)'\n');
            return System.Text.Encoding.UTF8.GetString(end < 0 ? start : start[..end]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // executable but not readable: the system will say what it thinks of it
        }
    }

    private static ServerLaunchException Failure(ProcessSpec spec, string why) =>
        new($"Cannot start {spec.Called}: {why}", isPermanent: true);
}

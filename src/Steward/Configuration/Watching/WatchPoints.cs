namespace Steward.Configuration.Watching;

/// <summary>
/// The places at which a path could come to lead elsewhere: each symbolic link on its way, the file itself, and the folder that holds it.
/// So a mount is followed whose link to a folder is swapped, as Kubernetes does with <c>..data</c>.
/// </summary>
internal static class WatchPoints
{
    private const int MaxLinks = 40; // as the kernel has it: links may lead in circles

    /// <summary>Folders, and the names in them at which to look. What is missing is looked for where it would be.</summary>
    public static IReadOnlyList<(string Folder, string Name)> Of(string path)
    {
        var full = Path.GetFullPath(path);
        var at = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full[at.Length..]));
        var points = new List<(string, string)>();
        for (var links = 0; rest.TryPop(out var name);)
        {
            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }

            var here = Path.Combine(at, name);
            if (new FileInfo(here).LinkTarget is { } target && links++ < MaxLinks)
            {
                points.Add((at, name));
                if (Path.IsPathRooted(target))
                    (at, target) = (Path.GetPathRoot(target)!, target[Path.GetPathRoot(target)!.Length..]);
                foreach (var part in Parts(target))
                    rest.Push(part);
            }
            else if (rest.Count == 0 || !Directory.Exists(here))
            {
                points.Add((at, name));
                break;
            }
            else
            {
                at = here;
            }
        }

        if (Path.GetDirectoryName(at) is { } parent)
            points.Add((parent, Path.GetFileName(at)));
        return [.. points.Distinct()];
    }

    /// <summary>The last comes first: they are to be put on a stack.</summary>
    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();
}

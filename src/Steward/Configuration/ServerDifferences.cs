using System.Text.Json;
using Steward.Configuration.Keys;
using Steward.Configuration.Sections;
using Steward.Processes;

namespace Steward.Configuration;

/// <summary>In what two definitions of a server differ, by what they mean: order, spacing and defaults written out are no difference.</summary>
/// <param name="Keys">The paths of the keys, such as <c>health.intervalMs</c>.</param>
/// <param name="NeedsRestart">Whether a server that runs by the one must be started anew to run by the other.</param>
internal sealed record ServerDifferences(IReadOnlyList<string> Keys, bool NeedsRestart)
{
    public static ServerDifferences Between(ServerConfig current, ServerConfig wanted)
    {
        if (ReferenceEquals(current, wanted))
            return new([], NeedsRestart: false);

        var paths = new List<string>();
        ServerSection.Visit(new KeyDifferences(paths), wanted, current);
        var needsRestart = paths.Exists(path => !ServerSection.Keys.Keys.First(key => key.Name == Head(path)).AppliesLive);
        if (current.BaseDirectory != wanted.BaseDirectory)
        {
            paths.Add("the folder of relative paths");
            needsRestart = true;
        }

        paths.AddRange(current.Extra.Keys.Union(wanted.Extra.Keys).Where(name => !AreSame(current.Extra, wanted.Extra, name)));
        return new(paths, needsRestart);
    }

    /// <summary>Whether a run by the new definition may be started beside the present one, so that nobody notices the change.</summary>
    public static bool AllowBeside(ServerConfig current, ServerConfig wanted) => wanted.Update == ServerUpdateMode.Beside && EndsOne(current) && EndsOne(wanted);

    /// <summary>Whether a stop command tells the runs of its server apart, as far as can be seen: what ends one by the server's name may end the other.</summary>
    public static bool EndsOne(ServerConfig config) => config.StopCommand.Count == 0
        || config.StopCommand.Any(static part => part.Contains(RunMarker.RunVariable, StringComparison.Ordinal) || part.Contains(RunMarker.ProcessVariable, StringComparison.Ordinal));

    private static string Head(string path) => path.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? path[..dot] : path;

    private static bool AreSame(IReadOnlyDictionary<string, JsonElement> left, IReadOnlyDictionary<string, JsonElement> right, string name) =>
        left.TryGetValue(name, out var one) && right.TryGetValue(name, out var other) && JsonElement.DeepEquals(one, other);
}

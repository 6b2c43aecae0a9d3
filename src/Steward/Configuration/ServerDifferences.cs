using System.Text.Json;
using Steward.Configuration.Keys;
using Steward.Configuration.Sections;

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

    private static string Head(string path) => path.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? path[..dot] : path;

    private static bool AreSame(IReadOnlyDictionary<string, JsonElement> left, IReadOnlyDictionary<string, JsonElement> right, string name) =>
        left.TryGetValue(name, out var one) && right.TryGetValue(name, out var other) && JsonElement.DeepEquals(one, other);
}

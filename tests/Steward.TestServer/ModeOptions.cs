using System.Globalization;

namespace Steward.TestServer;

/// <summary>The command line: <c>--mode NAME</c> and <c>--KEY VALUE</c> pairs that the mode understands.</summary>
internal sealed class ModeOptions
{
    private readonly Dictionary<string, string> _values;

    private ModeOptions(Dictionary<string, string> values) => _values = values;

    /// <summary>The name of the mode.</summary>
    /// <value>Default: <c>fixture</c>.</value>
    public string Mode => Text("mode", "fixture");

    public static ModeOptions Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Count)
                throw new ArgumentException($"'{args[i]}': expected pairs of --key value");
            values[args[i][2..]] = args[i + 1];
        }

        return new(values);
    }

    public string Text(string key, string fallback) => _values.GetValueOrDefault(key, fallback);

    public long Number(string key, long fallback) =>
        _values.TryGetValue(key, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : fallback;

    public TimeSpan Milliseconds(string key, long fallback) => TimeSpan.FromMilliseconds(Number(key, fallback));
}

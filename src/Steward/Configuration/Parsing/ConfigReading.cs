using Steward.Configuration.Keys;
using Steward.Processes;

namespace Steward.Configuration.Parsing;

/// <summary>One pass over one file: what it reads from, and the problems and warnings it has found so far.</summary>
internal sealed class ConfigReading(SourceText source, VariableResolver variables, string baseDirectory, KeySet rootKeys)
{
    private readonly List<ConfigProblem> _problems = [];
    private readonly List<ConfigProblem> _warnings = [];

    public SourceText Source { get; } = source;

    /// <summary>What references are tried with. Those that a run of a server will have are taken for set.</summary>
    public VariableResolver Variables { get; } = variables.With(RunMarker.Variables("a server", RunMarker.NewRun()));

    public string BaseDirectory { get; } = baseDirectory;

    /// <summary>Every key there is: to tell where a misplaced one belongs.</summary>
    public KeySet RootKeys { get; } = rootKeys;

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> Problems => InOrder(_problems);

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ConfigProblem> Warnings => InOrder(_warnings);

    public void Problem(int offset, string path, string message, string mend) => _problems.Add(At(offset, path, message, mend));

    public void Warning(int offset, string path, string message, string mend) => _warnings.Add(At(offset, path, message, mend));

    private ConfigProblem At(int offset, string path, string message, string mend)
    {
        var (line, column) = Source.PositionOf(offset);
        return new(Source.File, line, column, path, message, mend);
    }

    private static ConfigProblem[] InOrder(List<ConfigProblem> found) => [.. found.OrderBy(p => p.Line).ThenBy(p => p.Column)];
}

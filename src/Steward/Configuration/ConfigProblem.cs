namespace Steward.Configuration;

/// <summary>One thing wrong in a configuration: where, what, and how to mend it.</summary>
/// <param name="File">The file, or a name for text that came from elsewhere.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1, counted in characters.</param>
/// <param name="Path">The key path, such as <c>mcpServers.files.args[2]</c>.</param>
/// <param name="Message">What is wrong and with which value. Secrets are never part of it.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record ConfigProblem(string File, int Line, int Column, string Path, string Message, string Mend)
{
    /// <summary>The problem on one line: <c>file(line,column): path: message. Mend</c>.</summary>
    public override string ToString() => $"{File}({Line},{Column}): {Path}: {Message}. {Mend}";
}

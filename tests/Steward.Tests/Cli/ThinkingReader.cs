namespace Steward.Tests.Cli;

/// <summary>A person who is asked: before each answer something else may happen.</summary>
internal sealed class ThinkingReader(string answer, Func<Task> meanwhile) : TextReader
{
    public override string? ReadLine()
    {
        meanwhile().GetAwaiter().GetResult(); // a person takes as long as it takes, and the program has nothing else to do
        return answer;
    }
}

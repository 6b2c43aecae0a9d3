namespace Steward.Bench;

/// <summary>A measurement cannot go on: what was asked, what came instead.</summary>
internal sealed class BenchException : Exception
{
    public BenchException(string message)
        : base(message)
    {
    }

    public BenchException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

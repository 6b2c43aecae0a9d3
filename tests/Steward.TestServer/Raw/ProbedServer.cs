namespace Steward.TestServer.Raw;

/// <summary>A server of the legacy era that takes <c>server/discover</c> badly.</summary>
internal sealed class ProbedServer : RawServer
{
    private readonly Answer _answer;

    public ProbedServer(Answer answer) => _answer = answer;

    /// <summary>What comes of a probe.</summary>
    internal enum Answer
    {
        /// <summary>Silence, as of a server that ignores what it does not know.</summary>
        None,

        /// <summary>The process ends.</summary>
        Death,
    }

    protected override void Other(in RawMessage message)
    {
        if (!message.Method.SequenceEqual("server/discover"u8))
            base.Other(message);
        else if (_answer == Answer.Death)
            Environment.Exit(9);
    }
}

namespace Steward.Supervision;

/// <summary>What can become of an update beside the running server.</summary>
internal enum SuccessionResult
{
    /// <summary>The new run has taken the place of the old one.</summary>
    Done,

    /// <summary>The new run did not become ready; the old one has never left.</summary>
    Failed,

    /// <summary>
    /// Something else came in between: a stop, a further definition, or the end of the old run, after which the new one is a start like
    /// any other. What becomes of the server is for its status to say.
    /// </summary>
    Overtaken,
}

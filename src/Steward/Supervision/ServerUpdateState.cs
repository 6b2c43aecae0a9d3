namespace Steward.Supervision;

/// <summary>How far an update has come for which the new version of a server is started beside the running one.</summary>
public enum ServerUpdateState
{
    /// <summary>The new version is being started; calls go to the old one.</summary>
    UnderWay,

    /// <summary>The new version has the calls. The old one may still finish those that it had.</summary>
    Done,

    /// <summary>The new version did not become ready; the old one runs on as it was.</summary>
    Failed,
}

using Steward.Supervision;

namespace Steward.Upstreams;

/// <summary>What runs of a managed server.</summary>
internal static class ManagedServerRuns
{
    extension(ManagedServer server)
    {
        /// <summary>The run that speaks for it; see <see cref="IUpstreamRun.Lead"/>.</summary>
        public UpstreamRun? Run => server.Current is IUpstreamRun current ? current.Lead : null;

        /// <summary>All that run of it for everybody; see <see cref="IUpstreamRun.All"/>.</summary>
        public IReadOnlyList<UpstreamRun> Runs => server.Current is IUpstreamRun current ? current.All : [];

        /// <summary>
        /// The run for the next request: the least busy. What makes tasks has to remember them, and ids of two runs may be the same: there the one that speaks
        /// for all has every request that may make one, and whatever is asked about them.
        /// </summary>
        /// <param name="mayConcernTasks">Whether it may make a task, or is about one.</param>
        public UpstreamRun? RunFor(bool mayConcernTasks) => server.Current is not IUpstreamRun current ? null
            : mayConcernTasks && current.Lead is { Connection.Server: { HasTasks: true } or { HasToolTasks: true } } lead ? lead
            : current.LeastBusy;

        /// <summary>Whether it can take calls, beside a run whose end is about to be seen.</summary>
        public bool IsThere(UpstreamConnection? gone) => server.Current is IUpstreamRun current && current.IsThere(gone);
    }
}

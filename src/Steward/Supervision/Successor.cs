using Steward.Configuration;

namespace Steward.Supervision;

/// <summary>A run that is being started beside the present one, to take its place. Its supervisor's loop alone touches it.</summary>
/// <param name="run">Its number.</param>
/// <param name="config">The definition that is to hold, as it was said.</param>
/// <param name="launched">The same as it is meant: by that it is started.</param>
/// <param name="done">Told how it ends; a further definition that takes the place of this one takes it over.</param>
internal sealed class Successor(int run, ServerConfig config, ServerConfig launched, TaskCompletionSource<SuccessionEnd> done)
{
    public int Run { get; } = run;

    public ServerConfig Launched { get; } = launched;

    public TaskCompletionSource<SuccessionEnd> Done { get; } = done;

    /// <summary>The definition that is to hold once it has its place: that by which it is started, or a later one that needs no other run.</summary>
    public ServerConfig Config { get; set; } = config;

    /// <summary>Fires when it is not wanted any more. Never disposed: it holds no timer.</summary>
    public CancellationTokenSource GivenUp { get; } = new();

    /// <summary>What is known of it.</summary>
    public RunFacts? Facts { get; set; }

    /// <summary>Its process, where it has one: what the status says of it ends with the update.</summary>
    public int? Pid { get; set; }

    /// <summary>What the status says of it.</summary>
    public required ServerUpdate Progress { get; set; }

    /// <summary>What it came to, where it failed.</summary>
    public ServerStatus? Failed { get; set; }
}

namespace Steward.Registry.Sqlite;

/// <summary>A write whose result somebody waits for.</summary>
internal sealed class AwaitedWrite<T>(Func<SqliteSession, T> apply) : RegistryWrite
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public override bool IsAwaited => true;

    public Task<T> Completion => _completion.Task;

    public override void Apply(SqliteSession session) => _result = apply(session);

    public override void Committed() => _completion.TrySetResult(_result);

    public override void Failed(RegistryException failure) => _completion.TrySetException(failure);
}
